import { EndpointSignals, Hold, Permits, RateGate } from '@nextbest/core'
import { replaceMethod, type Defect } from './defect.ts'

/** Defects of what is known of an endpoint: gates, holds, permits, counts. */
export const endpointDefects: readonly Defect[] = [
  {
    name: 'a gate that shortens',
    plant: () => ({
      restore: replaceMethod(RateGate.prototype, 'close', () => {
        return function (this: RateGate, retryAfterMs, nowMs) {
          const waitMs = Math.max(1_000, retryAfterMs ?? 0)
          // What it says by now, whatever it said before.
          this.restore({ closedForMs: waitMs, closings: this.closings + 1 }, nowMs)
        }
      }),
    }),
  },
  {
    name: 'a Retry-After that is ignored',
    plant: () => ({
      restore: replaceMethod(RateGate.prototype, 'close', (original) => {
        return function (this: RateGate, _retryAfterMs, nowMs, random) {
          original.call(this, undefined, nowMs, random)
        }
      }),
    }),
  },
  {
    name: 'a gate that opens a little early',
    plant: () => ({
      restore: replaceMethod(RateGate.prototype, 'closeUntil', (original) => {
        return function (this: RateGate, atMs) {
          original.call(this, atMs - 300)
        }
      }),
    }),
  },
  {
    name: 'a hold that is never placed',
    plant: () => ({ restore: replaceMethod(Hold.prototype, 'place', () => () => undefined) }),
  },
  {
    name: 'a hold that ends early',
    plant: () => ({
      restore: replaceMethod(Hold.prototype, 'until', (original) => {
        return function (this: Hold, nowMs) {
          return original.call(this, nowMs + 200_000)
        }
      }),
    }),
  },
  {
    name: 'a permit that is never given back',
    plant: () => ({ restore: replaceMethod(Permits.prototype, 'settle', () => () => undefined) }),
  },
  {
    name: 'a request that is given back when it has ended',
    plant: () => ({
      restore: replaceMethod(Permits.prototype, 'settle', () => {
        return function (this: Permits, reservation, _tokens, nowMs) {
          this.cancel(reservation, nowMs)
        }
      }),
    }),
  },
  {
    name: 'a limit that is passed',
    plant: () => ({
      restore: replaceMethod(Permits.prototype, 'availableAtMs', (original) => {
        return function (this: Permits, tokens, nowMs) {
          const atMs = original.call(this, tokens, nowMs)
          return atMs < nowMs + 1_000 ? nowMs : atMs
        }
      }),
    }),
  },
  {
    name: 'a count in flight that is lost',
    plant: () => ({
      restore: replaceMethod(EndpointSignals.prototype, 'attemptEnded', (original) => {
        return function (this: EndpointSignals, report, nowMs) {
          if (report.outcome !== 'neutral') original.call(this, report, nowMs)
        }
      }),
    }),
  },
]
