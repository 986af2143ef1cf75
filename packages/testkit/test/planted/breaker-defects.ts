import { breakerDefaults, BreakerPolicy } from '@nextbest/core'
import type { Breaker, BreakerOptions, BreakerPermit, HealthOutcome } from '@nextbest/core'
import { replaceMethod, type Defect } from './defect.ts'
import { changedUpstream, ForwardingBreaker } from './wrappers.ts'

function changedBreaker(name: string, breaker: (inner: Breaker) => Breaker): Defect {
  return {
    name,
    plant: () => ({ sabotage: { upstream: (upstream) => changedUpstream(upstream, { breaker }) } }),
  }
}

function changedOptions(name: string, change: (options: BreakerOptions) => Partial<BreakerOptions>): Defect {
  return {
    name,
    plant: () => ({
      sabotage: {
        account: (account) => ({
          ...account,
          breaker: { ...account.breaker, ...change({ ...breakerDefaults, ...account.breaker }) },
        }),
      },
    }),
  }
}

class LeakingProbes extends ForwardingBreaker {
  override report(permit: BreakerPermit, outcome: HealthOutcome): void {
    if (!permit.probe || outcome !== 'neutral') super.report(permit, outcome)
  }
}

class TellsNeutralAs extends ForwardingBreaker {
  readonly #as: HealthOutcome

  constructor(inner: Breaker, as: HealthOutcome) {
    super(inner)
    this.#as = as
  }

  override report(permit: BreakerPermit, outcome: HealthOutcome): void {
    super.report(permit, outcome === 'neutral' ? this.#as : outcome)
  }
}

class ForgetsFailures extends ForwardingBreaker {
  override report(permit: BreakerPermit, outcome: HealthOutcome): void {
    super.report(permit, outcome === 'failure' ? 'neutral' : outcome)
  }
}

class IgnoresLateFailures extends ForwardingBreaker {
  override reportLateFailure(): void {}
}

class AdmitsAlways extends ForwardingBreaker {
  override get admits(): boolean {
    return true
  }
}

class ReusesPermits extends ForwardingBreaker {
  #permit: BreakerPermit | undefined

  override tryAcquire(): BreakerPermit | undefined {
    if (this.inner.state === 'closed' && this.#permit !== undefined) return this.#permit
    this.#permit = super.tryAcquire()
    return this.#permit
  }
}

/** Makes every outcome one of the present opening. */
class TakesStaleOutcomes extends ForwardingBreaker {
  #generation = 0

  override tryAcquire(): BreakerPermit | undefined {
    const permit = super.tryAcquire()
    if (permit !== undefined) this.#generation = permit.generation
    return permit
  }

  override report(permit: BreakerPermit, outcome: HealthOutcome): void {
    Reflect.set(permit, 'generation', this.#generation)
    const { state } = this.inner
    super.report(permit, outcome)
    if (state !== 'open' && this.inner.state === 'open') this.#generation++
  }
}

/** Defects of breakers and of what they are told. */
export const breakerDefects: readonly Defect[] = [
  changedBreaker('a probe that leaks', (inner) => new LeakingProbes(inner)),
  changedBreaker(
    'a 429 or an abort that counts as a failure',
    (inner) => new TellsNeutralAs(inner, 'failure'),
  ),
  changedBreaker(
    'a 429 or an abort that counts as a success',
    (inner) => new TellsNeutralAs(inner, 'success'),
  ),
  changedBreaker('failures that a breaker never hears of', (inner) => new ForgetsFailures(inner)),
  changedBreaker('cut streams that a breaker never hears of', (inner) => new IgnoresLateFailures(inner)),
  changedBreaker('a breaker that is passed', (inner) => new AdmitsAlways(inner)),
  changedBreaker('a permit that is used twice', (inner) => new ReusesPermits(inner)),
  changedBreaker('a late success that closes a breaker', (inner) => new TakesStaleOutcomes(inner)),
  {
    name: 'two probes at once',
    plant: () => ({
      restore: replaceMethod(BreakerPolicy.prototype, 'admits', () => {
        return function (this: BreakerPolicy, nowMs: number) {
          return this.openings === 0 || nowMs >= this.opensUntilMs
        }
      }),
    }),
  },
  {
    name: 'a breaker that is half-open too soon',
    plant: () => {
      const early = (original: (this: BreakerPolicy, nowMs: number) => boolean) =>
        function (this: BreakerPolicy, nowMs: number): boolean {
          return original.call(this, nowMs + 4_000)
        }
      return { restore: replaceMethod(BreakerPolicy.prototype, 'admits', early) }
    },
  },
  {
    name: 'a breaker that never opens',
    plant: () => ({
      restore: replaceMethod(BreakerPolicy.prototype, 'report', (original) => {
        return function (this: BreakerPolicy, permit, outcome, nowMs) {
          return original.call(this, permit, outcome === 'failure' ? 'neutral' : outcome, nowMs)
        }
      }),
    }),
  },
  changedOptions('an open time that never grows', ({ openMs }) => ({ maxOpenMs: openMs })),
  changedOptions('a half-open breaker that closes after one success', () => ({ probesToClose: 1 })),
  changedOptions('a breaker that opens one failure late', ({ consecutiveFailures }) => ({
    consecutiveFailures: consecutiveFailures + 1,
  })),
]
