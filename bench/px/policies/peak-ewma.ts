// Power of two choices over Finagle's peak EWMA, τ = 10 s. Source: finagle PeakEwma.scala: cost becomes a round trip that is above it
// at once, else moves towards it by e^(−Δt/τ); reading lets it fall towards 0; load = cost · (pending + 1), and 2^47 + pending while
// there is no cost yet and something is pending.
import type { Contender } from '../contender.ts'
import { orderByTwoChoices } from './two-choices.ts'

const tauMs = 10_000
const penalty = 2 ** 47

class PeakEwma {
  #costMs = 0
  #stampMs = 0

  observe(rttMs: number, nowMs: number): void {
    const kept = Math.exp(-Math.max(0, nowMs - this.#stampMs) / tauMs)
    this.#costMs = rttMs > this.#costMs ? rttMs : this.#costMs * kept + rttMs * (1 - kept)
    this.#stampMs = nowMs
  }

  load(pending: number, nowMs: number): number {
    this.observe(0, nowMs)
    return this.#costMs === 0 && pending !== 0 ? penalty + pending : this.#costMs * (pending + 1)
  }
}

export const peakEwma: Contender = {
  name: 'P2C peak EWMA',
  create: () => {
    const costs = new Map<string, PeakEwma>()
    const costOf = (id: string): PeakEwma => {
      const known = costs.get(id) ?? new PeakEwma()
      costs.set(id, known)
      return known
    }
    return {
      name: 'P2C peak EWMA',
      order: (candidates, { random, nowMs }) => ({
        endpoints: orderByTwoChoices(
          candidates,
          ({ known: { endpoint, signals } }) => costOf(endpoint.id).load(signals.inFlight, nowMs),
          random,
        ),
      }),
      observe(event) {
        if (event.type === 'attempt-ended') costOf(event.endpoint.id).observe(event.durationMs, event.nowMs)
      },
    }
  },
}
