import type { Behaviour } from './behaviour.ts'
import type { ReceivedCall } from './ledger.ts'

/** What a scripted upstream does: always the same, or what a function says of each call. */
export type Script = Behaviour | ((call: ReceivedCall) => Behaviour)

/** Returns what a script says of a call. */
export function behaviourFor(script: Script, call: ReceivedCall): Behaviour {
  return typeof script === 'function' ? script(call) : script
}

/** When a fault recurs. */
export interface FaultSchedule {
  /** Time from the start of one fault to the start of the next, in ms. Above 0; `Infinity` for a single one. */
  readonly everyMs: number
  /** How long each lasts, in ms. 0..everyMs. */
  readonly forMs: number
  /** The instant at which the first one starts, on the clock of `nowMs`. Default: 0. */
  readonly offsetMs?: number
  /** The present instant, in ms. */
  nowMs(): number
}

/**
 * Returns a script that follows `behaviour` while the fault lasts and `otherwise` before, between and after.
 *
 * @throws RangeError when `everyMs` is not above 0 or `forMs` is not in 0..everyMs.
 */
export function failsDuring(schedule: FaultSchedule, behaviour: Script, otherwise: Script = {}): Script {
  const { everyMs, forMs, offsetMs = 0 } = schedule
  if (!(everyMs > 0)) throw new RangeError(`everyMs must be above 0, got ${everyMs}`)
  if (!(forMs >= 0 && forMs <= everyMs)) throw new RangeError(`forMs must be in 0..${everyMs}, got ${forMs}`)
  return (call) => {
    const sinceFirstMs = schedule.nowMs() - offsetMs
    const fails = sinceFirstMs >= 0 && sinceFirstMs % everyMs < forMs
    return behaviourFor(fails ? behaviour : otherwise, call)
  }
}
