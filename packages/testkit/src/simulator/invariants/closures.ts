import type { Endpoint } from '@nextbest/core'
import type { Scene } from '../invariant.ts'
import type { SeenAttempt } from '../seen-call.ts'
import { PerEndpoint } from './endpoint-record.ts'
import { meaningOf } from './evidence.ts'

const shortestHoldMs = 300_000
const longestHoldMs = 3_600_000
/** How much longer than named a gate may stay closed, and how long when nothing is named. */
const gateJitter = 1.2
const longestUnnamedMs = 60_000

/** Until when an endpoint is surely closed, and from when on its gate is surely open again. */
export interface Closure {
  readonly gatedUntilMs: number
  readonly surelyOpenAtMs: number
  readonly heldUntilMs: number
}

class NotedClosure implements Closure {
  gatedUntilMs = -Infinity
  surelyOpenAtMs = -Infinity
  heldUntilMs = -Infinity
  /** Holds in a row without a success in between. */
  #holds = 0

  gate(waitMs: number, nowMs: number): void {
    this.gatedUntilMs = Math.max(this.gatedUntilMs, nowMs + waitMs)
    const longestMs = gateJitter * Math.max(waitMs, longestUnnamedMs)
    this.surelyOpenAtMs = Math.max(this.surelyOpenAtMs, nowMs + longestMs)
  }

  /** While a hold is in force, what comes lengthens it, and is no further one. */
  hold(nowMs: number): void {
    if (nowMs >= this.heldUntilMs) this.#holds++
    const forMs = Math.min(longestHoldMs, shortestHoldMs * 2 ** (this.#holds - 1))
    this.heldUntilMs = Math.max(this.heldUntilMs, nowMs + forMs)
  }

  succeeded(nowMs: number): void {
    if (nowMs >= this.heldUntilMs) this.#holds = 0
  }
}

/** Gates and holds of all endpoints, by what their upstreams answered. */
export class Closures {
  readonly #scene: Scene
  readonly #closures = new PerEndpoint(() => new NotedClosure())

  constructor(scene: Scene) {
    this.#scene = scene
  }

  of(endpoint: Endpoint): Closure {
    return this.#closures.of(endpoint)
  }

  /** Takes note of how an attempt ended. */
  note({ ledger: { evidence, endpoint, ending }, call }: SeenAttempt): void {
    const nowMs = this.#scene.nowMs()
    if (ending === 'answered') this.#closures.of(endpoint).succeeded(nowMs)
    // What comes at the deadline itself comes too late to be looked at.
    if (evidence === undefined || nowMs >= call.deadlineAtMs) return
    const { gateMs, hold } = meaningOf(evidence)
    if (gateMs !== undefined) this.#closures.of(endpoint).gate(gateMs, nowMs)
    const concerned =
      hold === 'account' ? this.#scene.siblingsOf(endpoint) : hold === 'endpoint' ? [endpoint] : []
    for (const one of concerned) this.#closures.of(one).hold(nowMs)
  }
}
