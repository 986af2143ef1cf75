import type { Endpoint, EndpointLimits } from '@nextbest/core'
import type { SeenAttempt } from '../seen-call.ts'

/** What an endpoint's limits leave, as its upstream would count it. */
export class Allowance {
  readonly #limits: EndpointLimits
  readonly #requests: Bucket | undefined
  readonly #tokens: Bucket | undefined
  #inFlight = 0

  constructor({ limits }: Endpoint) {
    this.#limits = limits
    this.#requests = bucketOf(limits.requestsPerMinute)
    this.#tokens = bucketOf(limits.tokensPerMinute)
  }

  /** Takes what an attempt surely uses. Returns what it is too much for. */
  take(attempt: SeenAttempt, nowMs: number): string | undefined {
    const { maxConcurrent = Infinity } = this.#limits
    this.#inFlight++
    if (this.#inFlight > maxConcurrent) return `${this.#inFlight} attempts at once`
    return this.#requests?.take(1, nowMs) ?? this.#tokens?.take(leastTokensOf(attempt), nowMs)
  }

  giveBack(): void {
    this.#inFlight--
  }

  /** Whether there is surely room for one attempt more. */
  hasRoom(nowMs: number): boolean {
    const { maxConcurrent = Infinity, tokensPerMinute } = this.#limits
    if (tokensPerMinute !== undefined || this.#inFlight >= maxConcurrent) return false
    return this.#requests?.hasRoom(nowMs) ?? true
  }
}

/** A bucket of a minute that never runs over: the same as the bound over every interval. */
class Bucket {
  readonly #perMinute: number
  #used = 0
  #atMs = 0

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  take(amount: number, nowMs: number): string | undefined {
    this.#used = this.#usedAt(nowMs) + amount
    this.#atMs = nowMs
    if (this.#used <= this.#perMinute * (1 + 1e-6)) return undefined
    return `${this.#used} in a minute of ${this.#perMinute}`
  }

  hasRoom(nowMs: number): boolean {
    return this.#usedAt(nowMs) + 1 < this.#perMinute
  }

  #usedAt(nowMs: number): number {
    return Math.max(0, this.#used - ((nowMs - this.#atMs) * this.#perMinute) / 60_000)
  }
}

function bucketOf(perMinute: number | undefined): Bucket | undefined {
  return perMinute === undefined ? undefined : new Bucket(perMinute)
}

/** The smaller count of its prompt. */
function leastTokensOf({ call }: SeenAttempt): number {
  const [message] = call.request.messages
  const characters = typeof message?.content === 'string' ? message.content.length : 0
  return Math.min(call.promptTokens ?? 0, Math.ceil(characters / 4))
}
