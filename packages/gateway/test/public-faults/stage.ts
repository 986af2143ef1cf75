import type { Clock } from '@nextbest/core'
import type { Wall, WallOptions } from '@nextbest/testkit/wall'
import { startWall } from '@nextbest/testkit/wall'
import { FastClock } from '../faults/fast-clock.ts'

/** How much faster than real time the clock runs, and how many real ms of it count at a time. */
export const factor = 50
const longestStepMs = 5

/** A wall, and a clock that it shares with the routers that it fails: a wait of 20 s is one of 20 s to both, and over in 400 ms. */
export class Stage implements AsyncDisposable {
  readonly wall: Wall
  readonly clock: Clock
  readonly #clock: FastClock
  #runs = 0

  private constructor(wall: Wall, clock: FastClock) {
    this.wall = wall
    this.clock = clock
    this.#clock = clock
  }

  static async open(plays: WallOptions['plays'] = {}): Promise<Stage> {
    const clock = new FastClock({ factor, longestStepMs })
    return new Stage(await startWall({ clock, plays }), clock)
  }

  /** Returns a name that no run had before: it tells the requests of runs at the same time apart. */
  nextRun(): string {
    this.#runs += 1
    return `public-${this.#runs}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clock.stop()
    await this.wall.close()
  }
}
