import { TimerlessBreaker } from '@nextbest/core'
import type { Breaker, TimerlessBreakerOptions } from '@nextbest/core'

export type VirtualBreakerOptions = TimerlessBreakerOptions

/**
 * Returns a breaker that sets no timer: its state follows from the instant at which it is asked. It passes the same
 * contract as the breaker that guards real upstreams, and takes its place in simulations. What both decide is `BreakerPolicy`'s.
 *
 * @throws RangeError that names the first option out of its range.
 */
export function createVirtualBreaker(options: VirtualBreakerOptions): Breaker {
  return new TimerlessBreaker(options)
}
