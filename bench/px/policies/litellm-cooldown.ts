// LiteLLM's cooldown, which its strategies share. Source: litellm/router_utils/cooldown_handlers.py (1.81): a 429 cools a deployment
// down at once, else more than half of at least five requests of the clock minute failing; for the provider's Retry-After, or 5 s. While
// it cools down it is not chosen; cooling it down again keeps the first deadline. Counters are per process.
import type { PolicyEvent, ScoredEndpoint } from '@nextbest/core'

const cooldownMs = 5_000
const leastRequests = 5

interface Minute {
  readonly number: number
  failures: number
  successes: number
}

export class LiteLlmCooldown {
  readonly #untilMs = new Map<string, number>()
  readonly #minutes = new Map<string, Minute>()

  /** Returns the candidates that do not cool down. */
  healthy(candidates: readonly ScoredEndpoint[], nowMs: number): readonly ScoredEndpoint[] {
    return candidates.filter((one) => (this.#untilMs.get(one.known.endpoint.id) ?? 0) <= nowMs)
  }

  observe(event: PolicyEvent): void {
    if (event.type !== 'attempt-ended') return
    const { endpoint, failure, nowMs } = event
    const minute = this.#minuteOf(endpoint.id, nowMs)
    if (failure === undefined) minute.successes += 1
    else minute.failures += 1
    if (failure === undefined || (this.#untilMs.get(endpoint.id) ?? 0) > nowMs) return
    const requests = minute.failures + minute.successes
    const failing = requests >= leastRequests && minute.failures > requests / 2
    if (failure.kind === 'rate-limited' || failing) {
      this.#untilMs.set(endpoint.id, nowMs + (failure.retryAfterMs ?? cooldownMs))
    }
  }

  #minuteOf(id: string, nowMs: number): Minute {
    const number = Math.floor(nowMs / 60_000)
    const known = this.#minutes.get(id)
    if (known?.number === number) return known
    const minute = { number, failures: 0, successes: 0 }
    this.#minutes.set(id, minute)
    return minute
  }
}
