// One run: a world, router instances that share its traffic, one policy, one objective, one seed.
import { createRouter } from 'nextbest'
import type { CallSink, Router, SignalsBus, UpstreamAccount } from 'nextbest'

import { busesOf } from './bus.ts'
import type { Contender, Setting } from './contender.ts'
import type { Objective } from './objective.ts'
import { RunLog } from './run-log.ts'
import { createWorld, createVirtualUpstream, hashedRandom, seededRandom, SimulatedTime } from './testkit.ts'
import type { Scenario, World } from './testkit.ts'
import { retrying } from './retrying-upstream.ts'

export interface RunOptions {
  readonly scenario: Scenario
  readonly contender: Contender
  readonly objective: Objective
  /** Any safe integer. The same seed is the same traffic and the same luck for every policy. */
  readonly seed: number
  /** Arrivals of so many ms only. Default: the scenario's. */
  readonly durationMs?: number
}

const callTimeoutMs = 60_000
const maxAttempts = 3
const defaultInstances = 4

/** Of so many calls the time from the request to the first attempt is taken of one: a clock costs time itself. */
const timedEvery = 8

/** Runs a world to its end and returns what was seen. */
export async function run(options: RunOptions): Promise<RunLog> {
  const { scenario, seed } = options
  const time = new SimulatedTime()
  const log: RunLog = new RunLog(options)
  const world = createWorld({
    ...scenario,
    seed,
    ...(options.durationMs !== undefined && { durationMs: options.durationMs }),
    whenOver: (record) => log.attemptOver(record),
  })
  log.begin(world)
  let current = 0
  const instances = scenario.instances ?? defaultInstances
  const setting: Setting = {
    world,
    objective: options.objective,
    instances,
    currentRequest: () => current,
    requestsPerMinute: new Map(
      world.providers.map(({ profile }) => [profile.name, profile.requestsPerMinute]),
    ),
  }
  // A policy of its own knows nothing of what signals are told.
  const shares = scenario.sharing === true && options.contender.create(setting) === undefined
  const buses = shares ? busesOf(instances, time) : []
  const routers = Array.from({ length: instances }, (_, instance) =>
    createInstance(options, setting, { instance, time, bus: buses[instance] }),
  )
  const drawInstance = hashedRandom(seed, 'instances')
  const arrive = (number: number): void => {
    const request = world.requests[number]
    if (request === undefined) return
    time.setTimer(request.arrivesAtMs, () => {
      current = number
      const router = routers[Math.floor(drawInstance() * instances)]
      if (router !== undefined) startCall(router, number, { log, world, time, scenario })
      arrive(number + 1)
    })
  }
  arrive(0)
  await time.runOut(() => true)
  await Promise.all(routers.map((router) => router.close()))
  return log
}

interface Instance {
  readonly instance: number
  readonly time: SimulatedTime
  /** Present where instances tell each other what they learn. */
  readonly bus: SignalsBus | undefined
}

function createInstance(
  { contender, objective, seed }: RunOptions,
  setting: Setting,
  { instance, time, bus }: Instance,
): Router {
  const policy = contender.create(setting)
  const providers = new Map(setting.world.providers.map((provider) => [provider.profile.name, provider]))
  const connect = (account: UpstreamAccount) => {
    const provider = providers.get(account.config.provider)
    if (provider === undefined) throw new Error(`the world has no provider ${account.config.provider}`)
    const upstream = createVirtualUpstream({ account, provider })
    return contender.retries === undefined ? upstream : retrying(upstream, contender.retries, time)
  }
  return createRouter({
    upstreams: setting.world.providers.map((provider) => ({
      provider: provider.profile.name,
      baseUrl: 'https://world.invalid/v1',
      models: [setting.world.endpointOf(provider, () => time.nowMs())],
    })),
    timeoutMs: callTimeoutMs,
    maxAttempts,
    preferences: { objective: { usdPerSecond: objective.usdPerSecond } },
    ranking: { failureUsd: objective.failureUsd },
    runtime: { clock: time, random: seededRandom(seed * 1_000 + instance), connect },
    ...(policy !== undefined && { policy }),
    ...(bus !== undefined && { sharing: { bus } }),
  })
}

interface CallQuestion {
  readonly log: RunLog
  readonly world: World
  readonly time: SimulatedTime
  readonly scenario: Scenario
}

function startCall(router: Router, number: number, { log, world, time, scenario }: CallQuestion): void {
  const { newcomer } = scenario
  const request = world.chatRequest(number)
  const absent = newcomer !== undefined && time.nowMs() < newcomer.fromMs
  const options = absent ? { preferences: { ignore: [newcomer.provider] } } : {}
  const sink: CallSink = {
    onChunk: () => log.content(number, time.nowMs()),
    onEnd: () => log.ended(number, time.nowMs(), true),
    onReply: () => undefined,
    onError: () => log.ended(number, time.nowMs(), false),
  }
  if (number % timedEvery !== 0) {
    router.pipe(request, sink, options)
    return
  }
  const startedAtMs = performance.now()
  router.pipe(request, sink, options)
  log.decided(performance.now() - startedAtMs)
}
