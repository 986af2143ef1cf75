import type { BreakerOptions } from './breaker.ts'

/** Throws a RangeError that names the first option out of its range. */
export function checkBreakerOptions(options: BreakerOptions): void {
  const { failureRateBound, maxOpenMs } = options
  checkInteger('consecutiveFailures', options.consecutiveFailures, [1, 100])
  checkInteger('minimumSamples', options.minimumSamples, [1, 1_000])
  checkInteger('halfLifeMs', options.halfLifeMs, [1_000, 3_600_000])
  checkInteger('maxOpenMs', maxOpenMs, [100, 3_600_000])
  checkInteger('openMs', options.openMs, [100, maxOpenMs])
  checkInteger('probesToClose', options.probesToClose, [1, 10])
  checkInteger('slowStartMs', options.slowStartMs, [0, 600_000])
  if (!(failureRateBound > 0 && failureRateBound <= 1)) {
    throw new RangeError(`breaker.failureRateBound must be above 0 and at most 1, got ${failureRateBound}`)
  }
}

function checkInteger(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`breaker.${name} must be an integer of ${least}..${most}, got ${value}`)
}
