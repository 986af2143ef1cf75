import { Roster } from '@nextbest/core'
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
import type { SimulatedProvider } from './attempt-script.ts'
import { observedBreaker } from './observed-breaker.ts'
import { LedgerAttempt, LedgerCounts, type UpstreamLedger, type UpstreamObserver } from './upstream-ledger.ts'
import { VirtualAttempt } from './virtual-attempt.ts'
import { VirtualGuards } from './virtual-guards.ts'

export interface VirtualUpstreamOptions {
  /** What a router hands to its `connect`. All time is that of its clock. */
  readonly account: UpstreamAccount
  readonly provider: SimulatedProvider
  /** Calls that may wait for an endpoint behind the one whose turn it is. Default: 1,000. */
  readonly maxQueued?: number
  /** Hears what happens at the upstream. Default: nobody. */
  readonly observer?: UpstreamObserver
  /** Breakers and waiting queues of its endpoints. Default: virtual ones. */
  readonly guards?: UpstreamGuards
}

/** What stands before the endpoints of an upstream. */
export type UpstreamGuards = Pick<Upstream, 'breakerOf' | 'waitFor' | 'close'>

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
  readonly #guards: UpstreamGuards
  readonly #breakers: ReadonlyMap<string, Breaker>
  readonly #underWay = new Roster<VirtualAttempt>()
  #waiting = 0

  constructor(options: VirtualUpstreamOptions) {
    const { account, observer } = options
    this.provider = account.config.provider
    this.endpoints = account.endpoints
    this.#options = options
    this.#guards = options.guards ?? new VirtualGuards(account, options.maxQueued ?? 1_000)
    this.#breakers = new Map(
      this.endpoints.map((endpoint) => {
        const breaker = this.#guards.breakerOf(endpoint)
        return [endpoint.id, observer === undefined ? breaker : observedBreaker(breaker, endpoint, observer)]
      }),
    )
  }

  get waiting(): number {
    return this.#waiting
  }

  breakerOf({ id }: Endpoint): Breaker {
    const breaker = this.#breakers.get(id)
    if (breaker === undefined) throw new RangeError(`${id} is not an endpoint of ${this.provider}`)
    return breaker
  }

  waitFor(endpoint: Endpoint, wait: WaitRequest): Promise<WaitResult> {
    this.#waiting++
    const result = this.#guards.waitFor(endpoint, wait)
    // Not before those who wait for it.
    void result.then(() => this.#waiting--)
    return result
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

  async close(): Promise<void> {
    const closing = this.#guards.close()
    for (const running of this.#underWay.list()) running.fail(closed)
    await closing
  }

  #leave(attempt: LedgerAttempt, place: number): void {
    const { account, provider, observer } = this.#options
    this.#underWay.remove(place)
    this.ledger.over(attempt)
    provider.depart?.(attempt, account.clock.nowMs())
    observer?.attemptOver?.(attempt)
  }
}

const closed = {
  type: 'network',
  code: 'ERR_CLOSED',
  message: 'the upstream was closed',
  phase: 'receiving',
} as const
