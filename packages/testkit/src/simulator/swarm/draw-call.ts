import type { ChatRequest, RoutingPreferences, Tool } from '@nextbest/core'
import type { CallOptions } from 'nextbest'
import { hashedRandom } from '../../seeded-random.ts'
import { Dice } from './dice.ts'
import { markOf, type Manners, type PlannedCall } from './planned-call.ts'
import { drawPreferences, type FleetNames } from './preferences.ts'

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
  const call = { number, atMs, plain }
  const metadata = markOf(number, Math.round(dice.magnitude(2, plain ? 100 : 400)))
  const model = dice.pick(names.models)
  const stream = dice.chance(0.6)
  if (plain) {
    const request = requestOf({ model, metadata, stream, prompt: dice.pick(shortPrompts) })
    return { ...call, ...patient, request, options: {} }
  }
  const suffix = dice.chance(0.03) ? dice.pick([':floor', ':nitro']) : ''
  const wording = { model: model + suffix, metadata, stream, prompt: dice.pick(prompts) }
  const request = { ...requestOf(wording), ...drawFields(dice) }
  const options = drawOptions(dice, drawPreferences(dice, names))
  if (!dice.chance(0.04)) return { ...call, ...drawManners(dice), request, options }
  const keyed = { ...options, idempotencyKey: `key-${number}` }
  return { ...call, ...patient, request, options: keyed, repeatAfterMs: dice.integer(0, 3_000) }
}

/** Of a caller that waits for its answer and reads it. */
const patient: Manners = {
  abortAfterMs: undefined,
  abortsBySignal: false,
  pause: undefined,
  sinkThrows: false,
  repeatAfterMs: undefined,
}

function drawManners(dice: Dice): Manners {
  const aborts = dice.chance(0.05)
  return {
    abortAfterMs: aborts ? (dice.chance(0.2) ? 0 : dice.integer(1, 8_000)) : undefined,
    abortsBySignal: dice.chance(0.3),
    pause: dice.chance(0.04)
      ? { afterMs: dice.integer(0, 3_000), forMs: dice.integer(1, 20_000) }
      : undefined,
    sinkThrows: dice.chance(0.005),
    repeatAfterMs: undefined,
  }
}

interface Wording extends Pick<ChatRequest, 'model' | 'metadata' | 'stream'> {
  readonly prompt: string
}

function requestOf({ prompt, ...wording }: Wording): ChatRequest {
  return { ...wording, messages: [{ role: 'user', content: prompt }] }
}

function drawFields(dice: Dice): Partial<ChatRequest> {
  return {
    ...(dice.chance(0.3) && { user: `user-${dice.integer(1, 20)}` }),
    ...(dice.chance(0.4) && { max_tokens: dice.integer(1, 1_000) }),
    ...(dice.chance(0.15) && { tools }),
    ...(dice.chance(0.05) && { response_format: { type: 'json_object' } }),
    ...(dice.chance(0.05) && { reasoning: { effort: 'low' } }),
    ...(dice.chance(0.2) && { temperature: 0 }),
    ...(dice.chance(0.1) && { top_k: 40 }),
    ...(dice.chance(0.003) && { temperature: 7 }),
  }
}

function drawOptions(dice: Dice, preferences: RoutingPreferences | undefined): CallOptions {
  return {
    ...(dice.chance(0.15) && { timeoutMs: Math.round(dice.magnitude(20, 30_000)) }),
    ...(dice.chance(0.1) && { maxAttempts: dice.integer(1, 6) }),
    ...(dice.chance(0.1) && { priority: dice.integer(0, 9) }),
    ...(preferences !== undefined && { preferences }),
    ...(dice.chance(0.15) && { hedge: true }),
    ...(dice.chance(0.1) && { failoverOnContentPolicy: true }),
    ...(dice.chance(0.05) && { holdBackMs: dice.integer(1, 2_000) }),
    ...(dice.chance(0.05) && { holdBackTokens: dice.integer(1, 8) }),
    ...(dice.chance(0.25) && { continueBroken: true }),
    ...(dice.chance(0.05) && { maxCostUsd: dice.magnitude(1e-5, 1e-2) }),
  }
}
