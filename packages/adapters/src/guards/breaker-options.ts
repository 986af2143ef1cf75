import type { BreakerOptions } from '@nextbest/core'

/** Throws a RangeError that names the first option out of its range. */
export function checkBreakerOptions(options: BreakerOptions): void {
  within(options, 'consecutiveFailures', [1, 100])
  within(options, 'failureRate', [Number.MIN_VALUE, 1])
  within(options, 'minimumSamples', [1, 1_000])
  within(options, 'windowMs', [1_000, 600_000])
  within(options, 'maxOpenMs', [100, 3_600_000])
  within(options, 'openMs', [100, options.maxOpenMs])
  within(options, 'probesToClose', [1, 10])
}

function within(
  options: BreakerOptions,
  name: keyof BreakerOptions,
  [least, most]: readonly [number, number],
): void {
  const value = options[name]
  if (typeof value === 'number' && value >= least && value <= most) return
  const bounds = name === 'failureRate' ? 'above 0 and at most 1' : `${least}..${most}`
  throw new RangeError(`breaker.${name} must be ${bounds}, got ${value}`)
}
