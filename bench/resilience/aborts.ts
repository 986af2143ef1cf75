// Thousands of clients go away at random moments: what do providers see of it, and what is left behind?
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { abandonCall, answersToAbandon, numberIn } from './abandoned-call.ts'
import type { Abandonment } from './abandoned-call.ts'
import type { Remains } from './gateway-process.ts'
import { hashedRandom, startScriptedUpstream } from './testkit.ts'
import type { Behaviour, ReceivedCall, ScriptedUpstream } from './testkit.ts'

export interface AbortsSize {
  readonly seed: number
  /** Aborts before the base is taken: caches fill, code is compiled. */
  readonly warmUp: number
  readonly rounds: number
  readonly perRound: number
  /** Clients at once. */
  readonly clients: number
}

/** What a provider saw of a call whose client went away. */
export interface Fate extends Abandonment {
  /**
   * `unseen`: no provider had its request; `answered`: a provider had written its whole answer; `closed`: its connection was
   * closed; `open`: it still was open at the end.
   */
  readonly fate: 'unseen' | 'answered' | 'closed' | 'open'
  /** From the abort until the connection was closed at the provider, in ms, where it was. */
  readonly closedAfterMs: number | undefined
}

export interface AbortsResult {
  readonly perRound: number
  /** One for each abort; one more for each further attempt. */
  readonly fates: readonly Fate[]
  /** Before, and after each round. */
  readonly remains: readonly Remains[]
  /** Connections open at the providers at these moments. */
  readonly providerSockets: readonly number[]
}

/** Time in which idle connections are closed and everything is quiet, in ms: the transport keeps one for 4 s. */
const longestSettleMs = 10_000
const settleStepMs = 250

export async function measureAborts(size: AbortsSize): Promise<AbortsResult> {
  const requests = new Requests()
  const behaviour = (call: ReceivedCall): Behaviour => {
    requests.add(call)
    return answersToAbandon
  }
  const providers = await Promise.all([1, 2, 3].map(() => startScriptedUpstream({ behaviour })))
  const gateway = startGatewayProcess(providers.map(({ baseUrl }) => baseUrl))
  try {
    const load = new AbortLoad(await gateway.remains(), size, requests)
    await load.run(size.warmUp)
    const rests = [await settled(gateway, providers, 0)]
    const aborts: Abandonment[] = []
    for (let round = 0; round < size.rounds; round += 1) {
      aborts.push(...(await load.run(size.perRound)))
      rests.push(await settled(gateway, providers, rests[0]?.remains.sockets ?? 0))
    }
    return {
      perRound: size.perRound,
      fates: aborts.flatMap((abort) => fatesOf(abort, requests.of(abort.number))),
      remains: rests.map(({ remains }) => remains),
      providerSockets: rests.map(({ providerSockets }) => providerSockets),
    }
  } finally {
    gateway.stop()
    await Promise.all(providers.map((provider) => provider.close()))
  }
}

/** What came to the providers, by the numbers of the calls. */
class Requests {
  readonly #calls = new Map<number, ReceivedCall[]>()
  readonly #awaited = new Map<number, () => void>()

  of(number: number): readonly ReceivedCall[] {
    return this.#calls.get(number) ?? []
  }

  add(call: ReceivedCall): void {
    const number = numberIn(call.body)
    this.#calls.set(number, [...this.of(number), call])
    this.#awaited.get(number)?.()
    this.#awaited.delete(number)
  }

  /** Fulfils with the first request of a call that is yet to be made. */
  arrivalOf(number: number): Promise<void> {
    return new Promise((resolve) => this.#awaited.set(number, resolve))
  }
}

/** Clients that go away one after the other, so many at a time. */
class AbortLoad {
  readonly #port: number
  readonly #clients: number
  readonly #seed: number
  readonly #requests: Requests
  #calls = 0

  constructor({ port }: Remains, { clients, seed }: AbortsSize, requests: Requests) {
    this.#port = port
    this.#clients = clients
    this.#seed = seed
    this.#requests = requests
  }

  async run(count: number): Promise<Abandonment[]> {
    const aborts: Abandonment[] = []
    const last = this.#calls + count
    const client = async (): Promise<void> => {
      while (this.#calls < last) {
        this.#calls += 1
        const number = this.#calls
        const arrived = this.#requests.arrivalOf(number)
        // Drawn by its number: which client makes it does not matter.
        const random = hashedRandom(this.#seed, number)
        aborts.push(await abandonCall({ port: this.#port, number, arrived, random }))
      }
    }
    await Promise.all(Array.from({ length: this.#clients }, client))
    return aborts
  }
}

interface Rest {
  readonly remains: Remains
  readonly providerSockets: number
}

/** Waits until no more sockets than the base are open on either side, for ten seconds at most. */
async function settled(
  gateway: GatewayProcess,
  providers: readonly ScriptedUpstream[],
  baseSockets: number,
): Promise<Rest> {
  for (let waitedMs = 0; ; waitedMs += settleStepMs) {
    await sleep(settleStepMs)
    const remains = await gateway.remains()
    const providerSockets = providers.reduce((sum, { openConnections }) => sum + openConnections, 0)
    const quiet = remains.sockets <= baseSockets && providerSockets === 0
    if (quiet || waitedMs >= longestSettleMs) return { remains, providerSockets }
  }
}

interface GatewayProcess {
  remains(): Promise<Remains>
  stop(): void
}

function startGatewayProcess(baseUrls: readonly string[]): GatewayProcess {
  const child = fork(fileURLToPath(new URL('gateway-process.ts', import.meta.url)), baseUrls, {
    execArgv: ['--conditions=@nextbest/source', '--expose-gc'],
  })
  const ended = endOf(child)
  // Nobody asks any more when it is stopped.
  ended.catch(() => undefined)
  return {
    async remains() {
      // The channel keeps what is sent before the child listens.
      child.send({ id: 0, kind: 'remains' })
      const answer = await Promise.race([once(child, 'message'), ended])
      const [reply] = answer as [Remains & { readonly error?: string }]
      if (reply.error !== undefined) throw new Error(reply.error)
      return reply
    },
    stop: () => void child.kill(),
  }
}

async function endOf(child: ChildProcess): Promise<never> {
  await once(child, 'exit')
  throw new Error("the gateway's process has ended")
}

function fatesOf(abort: Abandonment, requests: readonly ReceivedCall[]): Fate[] {
  if (requests.length === 0) return [{ ...abort, fate: 'unseen', closedAfterMs: undefined }]
  return requests.map(({ outcome, closedAtMs }) => {
    const fate = outcome === undefined ? 'open' : outcome === 'client-closed' ? 'closed' : 'answered'
    const closed = fate === 'closed' && closedAtMs !== undefined
    return { ...abort, fate, closedAfterMs: closed ? closedAtMs - abort.abortedAtMs : undefined }
  })
}
