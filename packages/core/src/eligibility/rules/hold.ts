import type { Endpoint } from '../../catalog/endpoint.ts'
import type { ExclusionQuestion } from '../question.ts'

/** An endpoint whose credential, account or model failed is held back for a while. */
export function hold(_endpoint: Endpoint, question: ExclusionQuestion): string | undefined {
  const untilMs = question.hold?.until(question.nowMs)
  if (untilMs === undefined) return undefined
  const duration = untilMs === Infinity ? '' : ` for ${Math.ceil((untilMs - question.nowMs) / 1_000)} s`
  return `it is held back${duration}: ${question.hold?.reason ?? 'no reason known'}`
}
