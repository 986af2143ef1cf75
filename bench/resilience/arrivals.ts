// Traffic that does not wait for answers: arrivals at random, as many in a second as are wanted.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '@nextbest/core'

export interface Arrivals {
  readonly count: number
  /** On the wall clock. */
  readonly perSecond: number
  /** Draws the gaps, which are exponential. */
  readonly random: Random
}

/** Starts each of the arrivals at its time; fulfils with all results once every one is over. */
export async function arrive<Result>(
  { count, perSecond, random }: Arrivals,
  start: (n: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Promise<Result>[] = []
  let dueAtMs = performance.now()
  for (let n = 0; n < count; n += 1) {
    dueAtMs += (-Math.log(1 - random()) * 1_000) / perSecond
    const leftMs = dueAtMs - performance.now()
    // Node's shortest timer is a millisecond; what is due sooner goes with what is due now.
    if (leftMs >= 1) await sleep(leftMs)
    results.push(start(n))
  }
  return Promise.all(results)
}
