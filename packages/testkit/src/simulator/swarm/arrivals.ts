import { seededRandom } from '../../seeded-random.ts'
import { Dice } from './dice.ts'

/** When the calls of a swarm come, and which part of its story each belongs to. */
export interface Arrivals {
  /** Whole instants in ms, never decreasing. */
  readonly atMs: readonly number[]
  /** Number of the first call after every incident is over. */
  readonly firstRecovering: number
  /** Number of the first call that must go well. */
  readonly firstHealthy: number
  /** When the last incident is over. */
  readonly healedAtMs: number
}

/** Shares of the calls that come after the incidents, and of those that come when everything must be well again. */
const recoveringShare = 0.1
const healthyShare = 0.15

/** Longest time for which a fault of the past may keep an endpoint away: an hour that a provider names, jitter included. */
const recoveryMs = 80 * 60_000

/** Calls that come at one pace. */
const blockCalls = 64
const paces = [0.05, 0.3, 1, 1, 3, 20] as const

/**
 * Draws the arrivals of so many calls: in bursts and lulls while there are incidents, evenly while providers recover, and
 * slowly, below every limit, at the end.
 */
export function drawArrivals(seed: number, calls: number): Arrivals {
  const dice = new Dice(seededRandom(seed))
  const firstHealthy = Math.ceil(calls * (1 - healthyShare))
  const firstRecovering = Math.ceil(calls * (1 - healthyShare - recoveringShare))
  const atMs: number[] = []
  let nowMs = 0
  const meanMs = dice.magnitude(30, 10_000)
  let pace = 1
  for (let call = 0; call < firstRecovering; call++) {
    if (call % blockCalls === 0) pace = dice.pick(paces)
    nowMs += Math.floor((meanMs / pace) * -Math.log(1 - dice.between(0, 1)))
    atMs.push(nowMs)
  }
  const healedAtMs = nowMs + 1
  const recovering = firstHealthy - firstRecovering
  for (let call = 0; call < recovering; call++) {
    atMs.push(Math.round(healedAtMs + (recoveryMs * (call + 1)) / (recovering + 1)))
  }
  nowMs = healedAtMs + recoveryMs
  for (let call = firstHealthy; call < calls; call++) {
    nowMs += dice.integer(4_000, 8_000)
    atMs.push(nowMs)
  }
  return { atMs, firstRecovering, firstHealthy, healedAtMs }
}
