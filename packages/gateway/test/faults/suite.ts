import { getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import type { Clock } from '@nextbest/core'
import type { FaultVariant, Wall } from '@nextbest/testkit/wall'
import { startWall } from '@nextbest/testkit/wall'
import { holdsUp } from './expectation.ts'
import { FastClock } from './fast-clock.ts'

/** How much faster than real time the router's clock runs: a first token is overdue after some 140 ms, content after 100. */
const factor = 50
const longestStepMs = 5

/**
 * With an origin it runs slower: the time to connect is real time (see `World`), comes to its end before the first token is overdue, and
 * must be enough for a handshake.
 */
const originFactor = 10

/** How long Node tries one of several addresses before it tries the next beside it: in keeping with the clock, in real ms. */
const nextAddressMs = 25

/** What a run plays, as far as its clock depends on it. */
export interface Played {
  readonly fault: { readonly number: number }
  readonly variant: Pick<FaultVariant, 'at'>
}

/** What all runs share. */
export class Suite implements AsyncDisposable {
  readonly wall: Wall
  readonly #clock = new FastClock({ factor, longestStepMs })
  readonly #originClock = new FastClock({ factor: originFactor, longestStepMs })
  readonly #honestClock = new FastClock({ factor, longestStepMs: Infinity })
  readonly #usualNextAddressMs = getDefaultAutoSelectFamilyAttemptTimeout()
  #runs = 0

  private constructor(wall: Wall) {
    this.wall = wall
    setDefaultAutoSelectFamilyAttemptTimeout(nextAddressMs)
  }

  static async open(): Promise<Suite> {
    return new Suite(await startWall())
  }

  /** Returns the clock for a run with these faults. */
  clockFor(...played: readonly Played[]): Clock {
    if (played.some(({ fault }) => holdsUp(fault))) return this.#honestClock
    return played.some(({ variant }) => variant.at === 'origin') ? this.#originClock : this.#clock
  }

  /** Returns a name that no run had before: it tells the requests of runs at the same time apart. */
  nextRun(): string {
    this.#runs += 1
    return `run-${this.#runs}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    setDefaultAutoSelectFamilyAttemptTimeout(this.#usualNextAddressMs)
    for (const clock of [this.#clock, this.#originClock, this.#honestClock]) clock.stop()
    await this.wall.close()
  }
}
