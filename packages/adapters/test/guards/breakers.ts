import { EventEmitter } from 'node:events'
import { type Breaker, breakerDefaults, type HealthOutcome } from '@nextbest/core'
import CircuitBreaker from 'opossum'
import { vi } from 'vitest'
import { createBreaker, type CreateBreakerOptions } from '../../src/guards/opossum-breaker.ts'

export const nowMs = (): number => Date.now()

/** With options that its types do not name. */
export type CircuitOptions = CircuitBreaker.Options & {
  readonly coalesce?: boolean
  readonly coalesceTTL?: number
  readonly state?: object
}

/** What a circuit gives its calls to be aborted by. */
export const signalOf = (circuit: object): AbortSignal | undefined =>
  (circuit as { getSignal(): AbortSignal | undefined }).getSignal()

/** A breaker of ours whose open times are not random. */
export const breakerOf = (options: Partial<CreateBreakerOptions> = {}): Breaker =>
  createBreaker({ ...breakerDefaults, random: () => 1, nowMs, ...options })

/** Makes attempts, one after the other, that all end alike. */
export const attempt = (breaker: Breaker, outcome: HealthOutcome, times = 1): void => {
  for (let time = 0; time < times; time++) {
    const permit = breaker.tryAcquire()
    if (permit === undefined) throw new Error(`a breaker that is ${breaker.state} gave no permit`)
    breaker.report(permit, outcome)
  }
}

/** A circuit as one would make it without this breaker around it: it runs the calls themselves. */
export const bareCircuit = (options: CircuitOptions = {}): CircuitBreaker<[boolean], void> =>
  new CircuitBreaker(
    (failed: boolean) => {
      if (failed) throw new Error('failed')
      return Promise.resolve()
    },
    { timeout: false, enableSnapshots: false, resetTimeout: 5_000, ...options },
  )

/** Makes one call through a bare circuit; how it ends is for the circuit to count. */
export const fire = async (circuit: CircuitBreaker<[boolean], void>, failed: boolean): Promise<void> => {
  await circuit.fire(failed).catch(() => undefined)
}

/** A breaker of ours together with the circuit inside it, which it hands to its listeners. */
export const exposed = () => {
  const seen: CircuitBreaker[] = []
  const emit = vi.spyOn(CircuitBreaker.prototype, 'emit').mockImplementation(function (
    this: CircuitBreaker,
    ...args
  ) {
    seen.push(this)
    return EventEmitter.prototype.emit.apply(this, args)
  })
  const breaker = breakerOf()
  attempt(breaker, 'neutral')
  attempt(breaker, 'success')
  emit.mockRestore()
  const [circuit] = seen
  if (circuit === undefined) throw new Error('the breaker has no circuit')
  return { breaker, circuit, options: Reflect.get(circuit, 'options') as CircuitOptions }
}

/** How many promises were rejected without anyone to hear it, during `run` and in the turn of the loop after it. */
export const unhandledDuring = async (run: () => unknown): Promise<number> => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  await run()
  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', unhandled)
  return unhandled.mock.calls.length
}
