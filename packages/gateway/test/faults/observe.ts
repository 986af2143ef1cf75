import type { ChatChunk, ChatRequest, SignalsView } from '@nextbest/core'
import type { FaultMode, Wall } from '@nextbest/testkit/wall'
import { RouterError } from 'nextbest'
import type { EndpointStatus, Route, RouteAttempt, RouterEvent } from 'nextbest'
import { chat } from '../support/client.ts'
import type { Answer } from '../support/client.ts'
import type {
  ObservedAnswer,
  ObservedAttempt,
  ObservedEvents,
  ObservedHealth,
  ObservedPlace,
  ObservedRequest,
  Observation,
  Secret,
} from './observation.ts'
import { askedModel, keyOf, siblingModel } from './names.ts'
import { noAnswer, readAnswer, readChunks } from './read-answer.ts'
import type { Place, World } from './world.ts'
import { withoutNumbers } from './without-numbers.ts'

/** Longest time that a call is given, in real ms: many times what the router's clock gives it. */
const patienceMs = 20_000

const canary = 'canary-prompt'
const prompt = `${canary}: tell me of the harbour at dusk, of the boats that come home and of the lamps along the quay`

/** What the caller asks. The bound of the output is above the reference answer, and bounds the time for it. */
const question = {
  messages: [{ role: 'user', content: prompt }],
  max_tokens: 80,
  temperature: 0.5,
} as const

/** Where a call goes, and what of the past is not its own. */
export interface Watch {
  readonly world: World
  readonly wall: Wall
  /** Events of the router before it. */
  readonly eventsBefore: number
  /** Requests that each origin had before it. */
  readonly requestsBefore: readonly number[]
}

export function watch(world: World, wall: Wall): Watch {
  return {
    world,
    wall,
    eventsBefore: world.events.length,
    requestsBefore: world.places.map(({ origin }) => origin?.requests ?? 0),
  }
}

/** Makes the call through the gateway. `more` is of its body, beside the question or instead of it. */
export async function callGateway({ world }: Watch, mode: FaultMode, more: object = {}): Promise<Told> {
  const told = await askGateway(world, askedModel, { stream: mode === 'stream', ...more })
  return { ...told, answer: told.raw === undefined ? noAnswer(told.problem) : readAnswer(told.raw) }
}

/** Asks for the good model of the first place's account. Returns the answer's text. */
export async function askSibling(world: World, mode: FaultMode): Promise<string> {
  const { raw } = await askGateway(world, siblingModel, { stream: mode === 'stream' })
  return raw === undefined ? '' : readAnswer(raw).text
}

/** What the caller was told. */
export interface Told {
  readonly answer: ObservedAnswer
  /** The whole of it. */
  readonly raw: Answer | undefined
}

async function askGateway(
  { gateway, places }: World,
  model: string,
  more: object,
): Promise<{ readonly raw: Answer | undefined; readonly problem: string }> {
  const order = places.map(({ provider }) => provider)
  const body = { ...question, model, provider: { order }, ...more }
  try {
    const raw = await withPatience(chat(gateway.url, body))
    return { raw, problem: '' }
  } catch (error) {
    return { raw: undefined, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Makes the call on the router itself, with leave to go on with an answer that broke off: no gateway can pass that on. */
export async function callRouter({ world: { router, places } }: Watch): Promise<Told> {
  const request: ChatRequest = { ...question, model: askedModel, stream: true }
  const order = places.map(({ provider }) => provider)
  const stream = router.stream(request, { preferences: { order }, continueBroken: true })
  const chunks: ChatChunk[] = []
  const read = async (): Promise<void> => {
    for await (const chunk of stream) chunks.push(chunk)
  }
  try {
    await withPatience(read())
    return { raw: undefined, answer: readChunks(chunks, undefined) }
  } catch (error) {
    const answer = RouterError.is(error) ? readChunks(chunks, error) : noAnswer(String(error))
    return { raw: undefined, answer }
  }
}

/** Puts together what was seen of a call. */
export function observe(
  watched: Watch,
  { answer, raw }: Told,
  call: Pick<Observation, 'mode' | 'setting'>,
): Observation {
  const { world, wall, eventsBefore } = watched
  const events = world.events.slice(eventsBefore)
  const route = routeIn(events)
  const errorText = raw !== undefined && raw.status !== 200 ? raw.text : JSON.stringify(answer.errors)
  return {
    ...call,
    answer,
    places: world.places.map((place, index) => placeOf(place, index, watched)),
    attempts: route?.attempts.map(attemptOf) ?? [],
    usage: route?.usage,
    events: countsOf(events),
    inFlight: world.router.status().reduce((sum, { signals }) => sum + signals.inFlight, 0),
    untouched: healthOf(world.router.status(), 'untouched:wall/untouched'),
    texts: [errorText, ...events.map((event) => JSON.stringify(event))].map(withoutNumbers),
    secrets: secretsOf(world.places, wall),
    gatewayFaults: world.gatewayFaults,
  }
}

function routeIn(events: readonly RouterEvent[]): Route | undefined {
  return events.flatMap((event) => (event.type === 'call-end' ? event.route : [])).at(-1)
}

function attemptOf({
  endpoint,
  kind = 'plain',
  outcome,
  failure,
  servedModel,
  billing,
  startedAfterMs,
  durationMs,
}: RouteAttempt): ObservedAttempt {
  return {
    provider: endpoint.slice(0, endpoint.indexOf(':')),
    kind,
    outcome,
    failure: failure && {
      kind: failure.kind,
      status: failure.status,
      retryAfterMs: failure.retryAfterMs,
      message: failure.message,
    },
    servedModel,
    billing,
    endedAfterMs: startedAfterMs + durationMs,
  }
}

function placeOf(place: Place, index: number, { world, wall, requestsBefore }: Watch): ObservedPlace {
  const { provider, origin } = place
  const endpoint = `${provider}:${askedModel}`
  const status = world.statusAfter(endpoint)
  return {
    provider,
    isOrigin: origin !== undefined,
    mayResend: place.mayResend ?? false,
    requests:
      origin === undefined
        ? requestsAt(wall, place)
        : unknownRequests(origin.requests - (requestsBefore[index] ?? 0)),
    health: healthOf(status, endpoint),
    sibling: healthOf(status, `${provider}:${siblingModel}`),
    nextShare: nextShareOf(world, endpoint),
  }
}

function nextShareOf({ router }: World, endpoint: string): number {
  const route = router.explain({ ...question, model: askedModel })
  return route.ranked.find((one) => one.endpoint === endpoint)?.probability ?? 0
}

function requestsAt({ ledger }: Wall, { wallModel }: Place): readonly ObservedRequest[] {
  return ledger.entries
    .filter(({ model }) => model === wallModel)
    .map(({ tokensBilled }) => ({ tokensBilled }))
}

function unknownRequests(count: number): readonly ObservedRequest[] {
  return Array.from({ length: count }, () => ({ tokensBilled: 0 }))
}

function countsOf(events: readonly RouterEvent[]): ObservedEvents {
  const count = (type: RouterEvent['type']): number => events.filter((event) => event.type === type).length
  return {
    callStarts: count('call-start'),
    callEnds: count('call-end'),
    attemptStarts: count('attempt-start'),
    attemptEnds: count('attempt-end'),
  }
}

const unknown: Pick<SignalsView, keyof ObservedHealth> = {
  samples: Number.NaN,
  earlyFailureRate: Number.NaN,
  lateFailureRate: Number.NaN,
  gatedForMs: Number.NaN,
  heldForMs: Number.NaN,
}

function healthOf(status: readonly EndpointStatus[], endpoint: string): ObservedHealth {
  const { samples, earlyFailureRate, lateFailureRate, gatedForMs, heldForMs } =
    status.find((one) => one.endpoint === endpoint)?.signals ?? unknown
  return { samples, earlyFailureRate, lateFailureRate, gatedForMs, heldForMs }
}

function secretsOf(places: readonly Place[], wall: Wall): readonly Secret[] {
  const keys = places.map(({ provider }) => ({ name: `the key of ${provider}`, text: keyOf(provider) }))
  const hosts = places.flatMap(({ origin }) => (origin === undefined ? [] : new URL(origin.baseUrl).hostname))
  return [
    ...keys,
    { name: 'the prompt', text: canary },
    { name: 'an address', text: '127.0.0.1' },
    { name: 'a port', text: `:${wall.port}` },
    ...[...new Set(hosts)].map((host) => ({ name: 'a host', text: host })),
  ]
}

async function withPatience<Value>(work: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no end within ${patienceMs} ms`)), patienceMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
