import { breakerDefaults, Roster } from '@nextbest/core'
import type { Breaker, Endpoint } from '@nextbest/core'
import type {
  AttemptHandle,
  AttemptListener,
  Upstream,
  UpstreamAccount,
  UpstreamAttempt,
  WaitRequest,
  WaitResult,
} from 'nextbest'
import { createVirtualBreaker } from '../virtual-breaker.ts'
import type { SimulatedProvider } from './attempt-script.ts'
import { observedBreaker } from './observed-breaker.ts'
import { LedgerAttempt, LedgerCounts, type UpstreamLedger, type UpstreamObserver } from './upstream-ledger.ts'
import { VirtualAttempt } from './virtual-attempt.ts'
import { VirtualQueue } from './virtual-queue.ts'

export interface VirtualUpstreamOptions {
  /** What a router hands to its `connect`. All time is that of its clock. */
  readonly account: UpstreamAccount
  readonly provider: SimulatedProvider
  /** Calls that may wait for an endpoint behind the one whose turn it is. Default: 1,000. */
  readonly maxQueued?: number
  /** Hears what happens at the upstream. Default: nobody. */
  readonly observer?: UpstreamObserver
}

/** An upstream without a network. */
export interface VirtualUpstream extends Upstream {
  readonly ledger: UpstreamLedger
  /** Calls that wait for one of its endpoints. */
  readonly waiting: number
}

/**
 * Returns an upstream that performs what a simulated provider decides, in virtual time. It keeps the contract of real
 * upstreams: the listener hears nothing before `send` has returned nor after a cancellation, and one of `onAnswer`, `onEnd` and
 * `onFailure`. An end without content is a failure, as it is to the codecs. It leaves no timer behind.
 */
export function createVirtualUpstream(options: VirtualUpstreamOptions): VirtualUpstream {
  return new ScriptedUpstream(options)
}

class ScriptedUpstream implements VirtualUpstream {
  readonly provider: string
  readonly endpoints: readonly Endpoint[]
  readonly ledger = new LedgerCounts()
  readonly #options: VirtualUpstreamOptions
  readonly #guards: ReadonlyMap<string, Guards>
  readonly #underWay = new Roster<VirtualAttempt>()

  constructor(options: VirtualUpstreamOptions) {
    this.provider = options.account.config.provider
    this.endpoints = options.account.endpoints
    this.#options = options
    this.#guards = new Map(this.endpoints.map((endpoint) => [endpoint.id, guardsOf(endpoint, options)]))
  }

  get waiting(): number {
    let waiting = 0
    for (const { queue } of this.#guards.values()) waiting += queue.size
    return waiting
  }

  breakerOf(endpoint: Endpoint): Breaker {
    return this.#guardsOf(endpoint).breaker
  }

  waitFor(endpoint: Endpoint, wait: WaitRequest): Promise<WaitResult> {
    return this.#guardsOf(endpoint).queue.wait(wait)
  }

  send({ endpoint, request, stream }: UpstreamAttempt, listener: AttemptListener): AttemptHandle {
    const { account, provider, observer } = this.#options
    const { clock } = account
    const arrival = { endpoint, request, stream, nowMs: clock.nowMs(), inFlight: this.ledger.inFlight }
    const attempt = new LedgerAttempt(arrival, this.ledger.attempts + 1)
    this.ledger.arrived()
    observer?.attemptArrived?.(attempt)
    const script = provider.arrive(attempt)
    let place = -1
    const running = new VirtualAttempt({
      attempt,
      script,
      listener,
      clock,
      whenOver: () => this.#leave(attempt, place),
    })
    place = this.#underWay.add(running)
    return running
  }

  close(): Promise<void> {
    for (const { breaker, queue } of this.#guards.values()) {
      breaker.dispose()
      queue.stop()
    }
    for (const running of this.#underWay.list()) running.fail(closed)
    return Promise.resolve()
  }

  #leave(attempt: LedgerAttempt, place: number): void {
    const { account, provider, observer } = this.#options
    this.#underWay.remove(place)
    this.ledger.over(attempt)
    provider.depart?.(attempt, account.clock.nowMs())
    observer?.attemptOver?.(attempt)
  }

  #guardsOf({ id }: Endpoint): Guards {
    const guards = this.#guards.get(id)
    if (guards === undefined) throw new RangeError(`${id} is not an endpoint of ${this.provider}`)
    return guards
  }
}

const closed = {
  type: 'network',
  code: 'ERR_CLOSED',
  message: 'the upstream was closed',
  phase: 'receiving',
} as const

interface Guards {
  readonly breaker: Breaker
  readonly queue: VirtualQueue
}

function guardsOf(
  endpoint: Endpoint,
  { account, maxQueued = 1_000, observer }: VirtualUpstreamOptions,
): Guards {
  const { clock, random } = account
  const breaker = createVirtualBreaker({
    ...breakerDefaults,
    ...account.breaker,
    random,
    nowMs: () => clock.nowMs(),
  })
  return {
    breaker: observer === undefined ? breaker : observedBreaker(breaker, endpoint, observer),
    queue: new VirtualQueue(clock, maxQueued),
  }
}
