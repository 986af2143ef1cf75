import { failsDuring } from '@nextbest/testkit/scripted-upstream'
import type { Behaviour, Script } from '@nextbest/testkit/scripted-upstream'

/** The ways in which the failing provider fails, one after the other. */
const faults: readonly Behaviour[] = [
  { status: 500 },
  { status: 429, headers: { 'retry-after': '2' } },
  { reset: 'before-headers' },
  { cutAfterTokens: 0 },
  { hang: 'before-headers' },
]

/** When the provider fails: from the twentieth second of each minute to the fortieth, counted from the start. */
export const faultSchedule: { readonly everyMs: number; readonly forMs: number; readonly afterMs: number } =
  Object.freeze({
    everyMs: 60_000,
    forMs: 20_000,
    afterMs: 20_000,
  })

/** Returns a script that fails on schedule, each call in another way, and follows `otherwise` the rest of the time. */
export function failsOnSchedule(otherwise: Behaviour, nowMs: () => number): Script {
  const { everyMs, forMs, afterMs } = faultSchedule
  let failed = 0
  const fail = (): Behaviour => {
    const fault = faults[failed % faults.length] ?? {}
    failed += 1
    return { ...otherwise, ...fault }
  }
  return failsDuring({ everyMs, forMs, offsetMs: nowMs() + afterMs, nowMs }, fail, otherwise)
}
