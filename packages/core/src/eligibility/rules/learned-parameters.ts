import type { Endpoint } from '../../catalog/endpoint.ts'
import type { ExclusionQuestion } from '../question.ts'

/** What an endpoint has refused of late, it will refuse again, whatever its catalog entry says. */
export function learnedParameters(
  _endpoint: Endpoint,
  { demand, learned, nowMs }: ExclusionQuestion,
): string | undefined {
  const parameter = learned?.lacking(demand.parameters, nowMs)
  return parameter === undefined ? undefined : `the request uses ${parameter}, which it has refused of late`
}
