import { failurePolicies } from '@nextbest/core'
import type { Clock, Failure, TimerHandle } from '@nextbest/core'
import type { Fleet, FleetEndpoint } from '../fleet.ts'
import type { RouterEvent } from '../router-options.ts'
import { sharingDefaults } from './signals-bus.ts'
import type { LearnedOfEndpoint, SharingOptions, SignalsMessage } from './signals-bus.ts'

export interface SharingParts {
  readonly options: SharingOptions
  readonly fleet: Fleet
  readonly clock: Clock
  readonly tell: (event: RouterEvent) => void
}

/**
 * Tells other instances what this one learns of its endpoints, and learns from them: once a second what attempts showed, at once that
 * a gate was closed, a hold placed or a breaker has opened. Each instance's own attempts are told once, so that the sum is what one
 * instance would know that had made them all.
 */
export class Sharing {
  readonly #parts: SharingParts
  readonly #everyMs: number
  readonly #byId: ReadonlyMap<string, FleetEndpoint>
  readonly #unsubscribe: () => void
  /** Endpoints whose breaker has opened by this instance's own attempts and that others were not told of. */
  readonly #opened = new Set<string>()
  #timer: TimerHandle | undefined
  #closed = false

  /** @throws RangeError when an option is out of range. */
  constructor(parts: SharingParts) {
    const { bus, everyMs = sharingDefaults.everyMs } = parts.options
    if (!(Number.isInteger(everyMs) && everyMs >= 100 && everyMs <= 60_000))
      throw new RangeError(`sharing.everyMs: must be an integer from 100 to 60000, and is ${String(everyMs)}`)
    this.#parts = parts
    this.#everyMs = everyMs
    this.#byId = new Map(parts.fleet.endpoints.map((known) => [known.endpoint.id, known]))
    // From here on it is collected.
    for (const { signals } of parts.fleet.endpoints) signals.takeDelta(parts.clock.nowMs())
    this.#unsubscribe = bus.subscribe((message) => this.#hear(message))
  }

  /** Takes note of what happens here. */
  observe(event: RouterEvent): void {
    if (this.#closed) return
    if (event.type === 'breaker-change' && event.state === 'open') {
      this.#opened.add(event.endpoint)
      this.#publish([event.endpoint])
    } else if (event.type === 'endpoint-held') {
      this.#publish([event.endpoint])
    } else if (event.type === 'attempt-end') {
      if (closesGate(event.failure)) this.#publish([event.endpoint])
      this.#arm()
    }
  }

  close(): void {
    if (this.#closed) return
    this.#timer?.cancel()
    this.#publish([...this.#byId.keys()])
    this.#closed = true
    this.#unsubscribe()
  }

  /** An instance without traffic has nothing to tell, and holds no timer. */
  #arm(): void {
    const { clock } = this.#parts
    this.#timer ??= clock.setTimer(clock.nowMs() + this.#everyMs, () => {
      this.#timer = undefined
      this.#publish([...this.#byId.keys()])
    })
  }

  #publish(ids: readonly string[]): void {
    const nowMs = this.#parts.clock.nowMs()
    const endpoints = ids.flatMap((id) => this.#learnedOf(id, nowMs))
    if (endpoints.length > 0) this.#parts.options.bus.publish({ version: 1, endpoints })
  }

  #learnedOf(endpoint: string, nowMs: number): readonly LearnedOfEndpoint[] {
    const known = this.#byId.get(endpoint)
    const learned = known?.signals.takeDelta(nowMs)
    const untilMs = this.#opened.delete(endpoint) ? known?.breaker.opensUntilMs : undefined
    if (learned === undefined && untilMs === undefined) return []
    return [
      {
        endpoint,
        ...(learned !== undefined && { learned }),
        ...(untilMs !== undefined && { breakerOpenForMs: untilMs - nowMs }),
      },
    ]
  }

  #hear(message: SignalsMessage): void {
    if (this.#closed) return
    try {
      if (message.version !== 1) throw new RangeError(`version must be 1, got ${String(message.version)}`)
      for (const learned of message.endpoints) this.#merge(learned)
    } catch (error) {
      const reason = error instanceof RangeError ? error.message : 'it is not what this version understands'
      this.#parts.tell({ type: 'sharing-refused', reason })
    }
  }

  #merge({ endpoint, learned, breakerOpenForMs }: LearnedOfEndpoint): void {
    const known = this.#byId.get(endpoint)
    if (known === undefined) return
    if (learned !== undefined) known.signals.merge(learned, this.#parts.clock.nowMs())
    if (breakerOpenForMs === undefined) return
    const before = known.breaker.state
    known.breaker.openedElsewhere(breakerOpenForMs)
    const { state } = known.breaker
    if (state !== before) this.#parts.tell({ type: 'breaker-change', endpoint, state })
  }
}

function closesGate(failure: Failure | undefined): boolean {
  return failure !== undefined && failurePolicies[failure.kind].state === 'gate'
}
