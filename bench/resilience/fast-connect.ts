// Connects providers for a router on a fast clock. The libraries below keep their own time, which no option reaches: the
// connect timer, opossum's timer of the open state and the waiting queue. They stay on the wall clock here, with every
// duration divided by the factor, and instants are translated where they pass.
import type { Clock } from '@nextbest/core'
import type { RouterRuntime } from 'nextbest'
import { connect } from '../../packages/router/src/connect.ts'
import { fasterBreaker, withFasterGuards } from './testkit.ts'

/** Time to connect that a transport has where nothing is said, in ms. */
const connectTimeoutDefaultMs = 5_000

const wallClock: Pick<Clock, 'nowMs'> = { nowMs: () => performance.now() }

/** Returns the `connect` of a router whose clock is a fast one of that factor. */
export function fastConnect(factor: number): RouterRuntime['connect'] {
  return (account) => {
    const { config, clock } = account
    const connectTimeoutMs = Math.ceil((config.connectTimeoutMs ?? connectTimeoutDefaultMs) / factor)
    const upstream = connect({
      ...account,
      clock: { ...clock, ...wallClock },
      breaker: fasterBreaker(account.breaker, factor),
      config: { ...config, connectTimeoutMs },
    })
    return withFasterGuards(upstream, factor)
  }
}
