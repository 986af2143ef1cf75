import type { Endpoint } from '../../catalog/endpoint.ts'
import { listed } from '../listed.ts'
import type { ExclusionQuestion } from '../question.ts'

/** Everything asked for must be of a kind that the endpoint gives out. */
export function outputModality(
  { capabilities }: Endpoint,
  { demand }: ExclusionQuestion,
): string | undefined {
  for (const modality of demand.outputModalities) {
    if (capabilities.outputModalities.has(modality)) continue
    return `the answer should have ${modality}, and it gives out ${listed(capabilities.outputModalities)}`
  }
  return undefined
}
