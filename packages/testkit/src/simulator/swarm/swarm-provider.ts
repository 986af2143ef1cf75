import { hashedRandom } from '../../seeded-random.ts'
import type { ArrivingAttempt, AttemptScript, SimulatedProvider } from '../attempt-script.ts'
import { Dice } from './dice.ts'
import type { SwarmAccount } from './fleet.ts'
import { honestScript } from './honest-script.ts'
import { incidentKinds } from './incident-kinds.ts'
import type { Incident } from './incidents.ts'
import { callNumberOf } from './planned-call.ts'

export interface SwarmProviderOptions {
  readonly seed: number
  readonly account: SwarmAccount
  /** Those of this provider. */
  readonly incidents: readonly Incident[]
  /** From when on nothing goes wrong. */
  readonly healedAtMs: number
  /** Attempts of a call that have arrived anywhere, the one that arrives included. */
  readonly attemptsOf: (call: number) => number
}

/**
 * Returns a provider of a swarm. What it does with an attempt depends on the seed, the call, the attempt's number and the
 * instant, so that leaving out other calls changes nothing but its load.
 */
export function swarmProvider(options: SwarmProviderOptions): SimulatedProvider {
  const { seed, account, attemptsOf } = options
  const { traits, endpoints } = account
  return {
    arrive(attempt) {
      const call = callNumberOf(attempt.request)
      const ordinal = attemptsOf(call)
      const place = endpoints.indexOf(attempt.endpoint)
      const random = hashedRandom(seed, account.provider, place, call, ordinal)
      const honest = (slowness: number): AttemptScript =>
        honestScript({
          attempt,
          traits,
          random,
          ordinal,
          slowness,
          mayBeUnlucky: attempt.nowMs < options.healedAtMs,
        })
      return struck(options.incidents, attempt, { dice: new Dice(random), honest }) ?? honest(1)
    },
  }
}

interface Fate {
  readonly dice: Dice
  readonly honest: (slowness: number) => AttemptScript
}

/** Returns what the first incident that strikes makes of an attempt, if one does. */
function struck(
  incidents: readonly Incident[],
  { nowMs, inFlight }: ArrivingAttempt,
  { dice, honest }: Fate,
): AttemptScript | undefined {
  for (const { kind, fromMs, untilMs, share } of incidents) {
    if (nowMs < fromMs || nowMs >= untilMs || !dice.chance(share)) continue
    const script = incidentKinds[kind]({ dice, nowMs, fromMs, inFlight, honest })
    if (script !== undefined) return script
  }
  return undefined
}
