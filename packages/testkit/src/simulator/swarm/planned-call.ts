import type { ChatRequest, RoutingPreferences, Tool } from '@nextbest/core'
import type { CallOptions } from 'nextbest'
import { hashedRandom } from '../../seeded-random.ts'
import { Dice } from './dice.ts'
import { drawPreferences, type FleetNames } from './preferences.ts'

/** What a caller does, decided before anything happens. */
export interface PlannedCall {
  /** Of the swarm, from 0. */
  readonly number: number
  readonly atMs: number
  readonly request: ChatRequest
  readonly options: CallOptions
  /** When the caller goes away, in ms after the start. 0 is at once; nothing is never. */
  readonly abortAfterMs: number | undefined
  /** Whether it goes away by a signal, which at 0 has fired before the call. */
  readonly abortsBySignal: boolean
  /** When the caller stops reading for a while. */
  readonly pause: { readonly afterMs: number; readonly forMs: number } | undefined
  /** Whether the caller fails to take the first chunk. */
  readonly sinkThrows: boolean
  /** Whether it asks for nothing special, and must be answered when everything is well. */
  readonly plain: boolean
}

/** Output tokens that a provider would write for a call, unless the call bounds them. */
export function outputTokensOf(request: ChatRequest): number {
  const natural = Number(request.user?.split('/')[1] ?? 1)
  return Math.max(1, Math.min(natural, request.max_tokens ?? Infinity))
}

/** Number of the call that a request belongs to; -1 when it belongs to none. */
export function callNumberOf({ user }: ChatRequest): number {
  return user === undefined || user === null ? -1 : Number.parseInt(user, 10)
}

const sentence = 'The quick brown fox jumps over the lazy dog, and nobody wonders why it does so again. '
/** Made once: they are counted at each call, and need not be made there. */
const prompts = [40, 60, 100, 150, 150, 200, 300, 500, 900, 2_000].map((length) =>
  sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length),
)
const shortPrompts = prompts.slice(0, 6)

const tools: readonly Tool[] = [
  { type: 'function', function: { name: 'look_up', parameters: { type: 'object', properties: {} } } },
]

export interface CallQuestion {
  readonly seed: number
  readonly number: number
  readonly atMs: number
  readonly plain: boolean
  readonly names: FleetNames
}

/** Draws one call. It depends on the seed and its number alone, so that others can be left out. */
export function drawCall({ seed, number, atMs, plain, names }: CallQuestion): PlannedCall {
  const dice = new Dice(hashedRandom(seed, 1, number))
  const outputTokens = Math.round(dice.magnitude(2, plain ? 100 : 400))
  const user = `${number}/${outputTokens}`
  const model = dice.pick(names.models)
  const stream = dice.chance(0.6)
  if (plain)
    return plainCall({
      number,
      atMs,
      request: requestOf({ model, user, stream, prompt: dice.pick(shortPrompts) }),
    })
  const special = drawSpecial(dice)
  const request = {
    ...requestOf({ model: model + special.suffix, user, stream, prompt: dice.pick(prompts) }),
    ...special.fields,
  }
  const aborts = dice.chance(0.05)
  return {
    number,
    atMs,
    request,
    options: drawOptions(dice, drawPreferences(dice, names)),
    abortAfterMs: aborts ? (dice.chance(0.2) ? 0 : dice.integer(1, 8_000)) : undefined,
    abortsBySignal: dice.chance(0.3),
    pause: dice.chance(0.04)
      ? { afterMs: dice.integer(0, 3_000), forMs: dice.integer(1, 20_000) }
      : undefined,
    sinkThrows: dice.chance(0.005),
    plain: false,
  }
}

function plainCall(call: Pick<PlannedCall, 'number' | 'atMs' | 'request'>): PlannedCall {
  return {
    ...call,
    options: {},
    abortAfterMs: undefined,
    abortsBySignal: false,
    pause: undefined,
    sinkThrows: false,
    plain: true,
  }
}

interface Wording {
  readonly model: string
  readonly user: string
  readonly stream: boolean
  readonly prompt: string
}

function requestOf({ model, user, stream, prompt }: Wording): ChatRequest {
  return { model, user, stream, messages: [{ role: 'user', content: prompt }] }
}

interface Special {
  readonly suffix: string
  readonly fields: Partial<ChatRequest>
}

function drawSpecial(dice: Dice): Special {
  return {
    suffix: dice.chance(0.03) ? dice.pick([':floor', ':nitro']) : '',
    fields: {
      ...(dice.chance(0.4) && { max_tokens: dice.integer(1, 1_000) }),
      ...(dice.chance(0.15) && { tools }),
      ...(dice.chance(0.05) && { response_format: { type: 'json_object' } }),
      ...(dice.chance(0.05) && { reasoning: { effort: 'low' } }),
      ...(dice.chance(0.1) && { temperature: 0, top_k: 40 }),
      ...(dice.chance(0.003) && { temperature: 7 }),
    },
  }
}

function drawOptions(dice: Dice, preferences: RoutingPreferences | undefined): CallOptions {
  return {
    ...(dice.chance(0.15) && { timeoutMs: Math.round(dice.magnitude(20, 30_000)) }),
    ...(dice.chance(0.1) && { maxAttempts: dice.integer(1, 6) }),
    ...(dice.chance(0.1) && { priority: dice.integer(0, 9) }),
    ...(preferences !== undefined && { preferences }),
  }
}
