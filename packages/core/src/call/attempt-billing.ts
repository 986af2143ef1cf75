import { failurePolicies } from '../failure/policies.ts'
import type { AttemptResult } from './call-effect.ts'

/**
 * Who says what an attempt costs: `billed`, the provider by the usage that it reported; `assumed`, we, since it was sent and no usage
 * came: the prompt and what streamed; `free`, the provider by refusing it, or it never got there.
 */
export type AttemptBilling = 'billed' | 'assumed' | 'free'

/** Returns which of the three an attempt is that was sent. */
export function billingOf(result: AttemptResult, usageReported: boolean): AttemptBilling {
  if (usageReported) return 'billed'
  if (result.type !== 'failed' || result.committed) return 'assumed'
  return failurePolicies[result.failure.kind].billing
}
