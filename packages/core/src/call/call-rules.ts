import { requireRange } from '../signals/range.ts'

/** What a caller may choose of how its call goes. */
export interface CallRules {
  /**
   * Whether the first endpoint of the plan is the caller's own choice, and so is given a second chance before the call moves on;
   * see `retryThere`. Default: false.
   */
  readonly prefersFirst: boolean
  /** Whether another endpoint is asked when one refused the content. Default: false. */
  readonly failoverOnContentPolicy: boolean
  /** How long content is held back before the call is committed, in ms. 0..2,000. Default: 0. */
  readonly holdBackMs: number
  /** How many tokens are held back before the call is committed. 0..64. Default: 0. */
  readonly holdBackTokens: number
}

export const callRulesDefaults: CallRules = Object.freeze({
  prefersFirst: false,
  failoverOnContentPolicy: false,
  holdBackMs: 0,
  holdBackTokens: 0,
})

/**
 * Returns rules, defaults filled in.
 *
 * @throws RangeError that names the first number that is out of its range.
 */
export function callRules(chosen: Partial<CallRules>): CallRules {
  const rules = { ...callRulesDefaults, ...chosen }
  requireRange('holdBackMs', rules.holdBackMs, [0, 2_000])
  requireRange('holdBackTokens', rules.holdBackTokens, [0, 64])
  return rules
}
