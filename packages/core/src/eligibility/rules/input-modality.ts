import type { Endpoint } from '../../catalog/endpoint.ts'
import { listed } from '../listed.ts'
import type { ExclusionQuestion } from '../question.ts'

/** Everything in the prompt must be of a kind that the endpoint takes in. */
export function inputModality({ capabilities }: Endpoint, { demand }: ExclusionQuestion): string | undefined {
  for (const modality of demand.inputModalities) {
    if (capabilities.inputModalities.has(modality)) continue
    return `the prompt has ${modality}, and it takes in ${listed(capabilities.inputModalities)}`
  }
  return undefined
}
