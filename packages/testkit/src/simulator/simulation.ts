import type { Clock } from '@nextbest/core'
import { createRouter, RouterError } from 'nextbest'
import type { Router, RouterRuntime, UpstreamAccount } from 'nextbest'
import { seededRandom } from '../seeded-random.ts'
import { Caller, callerTimers } from './caller.ts'
import { EventLog } from './event-log.ts'
import { FleetView } from './fleet-view.ts'
import type { Rule, Scene, Violation } from './invariant.ts'
import { SeenCall } from './seen-call.ts'
import { SimulatedTime, type SimulationTime } from './simulated-time.ts'
import type { Sabotage, SimulationOptions, SimulationResult } from './simulation-options.ts'
import type { PlannedCall } from './swarm/planned-call.ts'
import { callOf, type Swarm } from './swarm/swarm.ts'
import { swarmProvider } from './swarm/swarm-provider.ts'
import { createVirtualUpstream, type VirtualUpstream } from './virtual-upstream.ts'
import { Watch } from './watch.ts'

/** Nothing throws where nobody catches it. */
export const nothingThrows: Rule = { number: 61, sentence: 'Nothing throws' }

/** Runs the router through a swarm in virtual time. The same swarm gives the same run, byte for byte. */
export async function runSimulation(swarm: Swarm, options: SimulationOptions): Promise<SimulationResult> {
  const simulation = new Simulation(swarm, options)
  await simulation.run()
  return simulation.result()
}

/** Violations of the instant at which a run stops that are told. */
const mostViolations = 5

/** Longest time after the last call in which all must be over, in ms. */
const windDownMs = 24 * 3_600_000

class Simulation {
  readonly #swarm: Swarm
  readonly #time: SimulationTime
  readonly #timers: ReturnType<typeof callerTimers>
  readonly #guards: SimulationOptions['guards']
  readonly #fleet = new FleetView()
  readonly #log: EventLog
  readonly #watch: Watch
  readonly #router: Router
  readonly #violations: Violation[] = []
  readonly #endings = new Map<string, number>()
  #calls = 0
  #lastCall: number | undefined

  constructor(swarm: Swarm, options: SimulationOptions) {
    const { families, keptLines = 0, sabotage = {}, time = new SimulatedTime(), guards } = options
    this.#swarm = swarm
    this.#time = time
    this.#timers = callerTimers(time)
    this.#guards = guards
    this.#log = new EventLog(keptLines)
    this.#watch = new Watch(this.#scene(), families, this.#log)
    const runtime = this.#runtime(sabotage)
    const router = createRouter({
      ...swarm.router,
      upstreams: swarm.accounts.map(({ provider, endpoints }) => ({
        provider,
        baseUrl: 'https://simulated.invalid',
        models: endpoints,
      })),
      onEvent: (event) => this.#watch.event(event),
      runtime,
    })
    this.#router = sabotage.router?.(router) ?? router
  }

  async run(): Promise<void> {
    try {
      this.#scheduleFrom(0)
      const latestMs = (this.#swarm.arrivals.atMs.at(-1) ?? 0) + windDownMs
      await this.#time.runOut((nextAtMs) => this.#violations.length === 0 && nextAtMs <= latestMs)
      if (this.#violations.length === 0) this.#watch.ended()
      await this.#router.close()
    } catch (error) {
      this.#violated(nothingThrows, error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
  }

  result(): SimulationResult {
    return {
      seed: this.#swarm.seed,
      calls: this.#calls,
      lastCall: this.#lastCall,
      attempts: this.#fleet.attempts,
      lastsMs: this.#time.nowMs(),
      endings: this.#endings,
      violations: this.#violations,
      hash: this.#log.digest(),
      lastLines: this.#log.lastLines,
    }
  }

  #runtime({ clock, random, account, upstream }: Sabotage): RouterRuntime {
    const routersClock: Clock = clock?.(this.#time) ?? this.#time
    const seeded = seededRandom(this.#swarm.seed)
    return {
      clock: routersClock,
      random: random?.(seeded) ?? seeded,
      connect: (own) => {
        const connected = this.#connect(account?.(own) ?? own)
        return upstream?.(connected, routersClock) ?? connected
      },
    }
  }

  #connect(account: UpstreamAccount): VirtualUpstream {
    const { seed, accounts, incidents, arrivals } = this.#swarm
    const { provider } = account.config
    const own = accounts.find((one) => one.provider === provider)
    if (own === undefined) throw new RangeError(`${provider} is no account of the swarm`)
    // Upstreams keep true time, whatever the router's clock says.
    const timed = { ...account, clock: this.#time }
    const guards = this.#guards?.(timed)
    const upstream = createVirtualUpstream({
      account: timed,
      ...(guards !== undefined && { guards }),
      provider: swarmProvider({
        seed,
        account: own,
        incidents: incidents.filter((incident) => incident.provider === provider),
        healedAtMs: arrivals.healedAtMs,
        attemptsOf: (call) => this.#watch.attemptsOf(call),
      }),
      observer: this.#watch,
    })
    this.#fleet.add(upstream)
    return upstream
  }

  /** Sets a timer for the next call that is not left out. */
  #scheduleFrom(first: number): void {
    for (let number = first; number < this.#swarm.calls; number++) {
      const planned = callOf(this.#swarm, number)
      if (planned === undefined) continue
      this.#timers.set(Math.max(0, planned.atMs - this.#time.nowMs()), () => this.#next(planned))
      return
    }
  }

  #next(planned: PlannedCall): void {
    if (this.#watch.openCalls === 0) this.#watch.idle()
    this.#make(planned)
    this.#scheduleFrom(planned.number + 1)
  }

  #make(planned: PlannedCall): void {
    const { timeoutMs = 600_000, maxAttempts = 3 } = this.#swarm.router
    const call = new SeenCall(planned, {
      nowMs: this.#time.nowMs(),
      timeoutMs,
      maxAttempts,
      closed: (model) =>
        this.#fleet
          .endpointsOf(model)
          .filter((endpoint) => this.#fleet.breakerOf(endpoint).state === 'closed'),
    })
    this.#calls++
    this.#lastCall = call.number
    this.#watch.issued(call)
    this.#watch.issuing = call
    try {
      const caller = new Caller({
        call,
        timers: this.#timers,
        nowMs: () => this.#time.nowMs(),
        delivered: (text) => this.#watch.delivered(call, text),
        aborted: () => this.#watch.aborted(call),
        ended: () => this.#ended(call),
        joined: () => this.#watch.joined(call),
      })
      caller.call(this.#router)
    } catch (error) {
      this.#rejected(call, error)
    } finally {
      this.#watch.issuing = undefined
    }
  }

  #ended(call: SeenCall): void {
    if (call.terminals === 1) this.#count(call.error?.kind ?? call.ending ?? 'unknown')
    this.#watch.terminal(call)
  }

  #rejected(call: SeenCall, error: unknown): void {
    if (!RouterError.is(error)) throw error
    this.#count('rejected')
    this.#watch.rejected(call, error.message)
  }

  #count(ending: string): void {
    this.#endings.set(ending, (this.#endings.get(ending) ?? 0) + 1)
  }

  #scene(): Scene {
    return {
      swarm: this.#swarm,
      nowMs: () => this.#time.nowMs(),
      endpointsOf: (model) => this.#fleet.endpointsOf(model),
      siblingsOf: (endpoint) => this.#fleet.siblingsOf(endpoint),
      breakerOf: (endpoint) => this.#fleet.breakerOf(endpoint),
      status: () => this.#router.status(),
      foreignTimers: () => this.#time.pendingTimers - this.#timers.pending,
      underWay: () => this.#fleet.underWay,
      violated: (rule, detail, call) => this.#violated(rule, detail, call),
    }
  }

  #violated({ number, sentence }: Rule, detail: string, call?: SeenCall): void {
    if (this.#violations.length >= mostViolations) return
    this.#violations.push({ number, sentence, detail, atMs: this.#time.nowMs(), call: call?.number })
  }
}
