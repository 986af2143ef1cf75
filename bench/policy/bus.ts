// How do instances that share what they learn hear of each other? Each message reaches all others a little later.
import type { Clock } from '@nextbest/core'
import type { SignalsBus, SignalsMessage } from 'nextbest'

/** Time that a message takes, in ms: a store in the same region, and the way there and back. Source: choice. */
const delayMs = 20

/** Returns a bus for each of so many instances. */
export function busesOf(instances: number, clock: Clock): readonly SignalsBus[] {
  const hearers: ((message: SignalsMessage) => void)[][] = Array.from({ length: instances }, () => [])
  return hearers.map((own) => ({
    publish(message) {
      clock.setTimer(clock.nowMs() + delayMs, () => {
        for (const others of hearers) if (others !== own) for (const hear of others) hear(message)
      })
    },
    subscribe(hear) {
      own.push(hear)
      return () => void own.splice(own.indexOf(hear), 1)
    },
  }))
}
