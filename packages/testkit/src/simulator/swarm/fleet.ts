import { commonParameters, defineEndpoint } from '@nextbest/core'
import type { Endpoint, EndpointOptions, Parameter, Quantization } from '@nextbest/core'
import { hashedRandom } from '../../seeded-random.ts'
import { Dice } from './dice.ts'

/** How a provider behaves while nothing is wrong with it. */
export interface ProviderTraits {
  /** Median time to the first token of an empty prompt without load, in ms. */
  readonly ttftMs: number
  readonly promptTokensPerMs: number
  readonly outputTokensPerSecond: number
  /** Attempts under way from which it becomes slower. */
  readonly fullAt: number
  readonly reportsUsage: boolean
  /** Whether its heads tell of rate limits. */
  readonly tellsLimits: boolean
  /** Whether it begins streams by a chunk without content. */
  readonly sendsRole: boolean
}

/** A provider account of a swarm. */
export interface SwarmAccount {
  readonly provider: string
  readonly endpoints: readonly Endpoint[]
  readonly traits: ProviderTraits
}

const models = ['lab/large', 'lab/small', 'works/code', 'works/chat'] as const
const variants = ['turbo', 'eu', 'priority'] as const
export const regions = ['eu', 'us', 'asia'] as const
export const quantizations: readonly Quantization[] = ['fp8', 'bf16', 'fp4']

/** Draws 1 to 12 endpoints of 1 to 4 models over as many accounts as it takes. */
export function drawFleet(seed: number): readonly SwarmAccount[] {
  const dice = new Dice(hashedRandom(seed, 'fleet'))
  const endpoints = Math.round(dice.magnitude(1, 12))
  const modelCount = Math.min(endpoints, dice.integer(1, models.length))
  const accounts = dice.integer(Math.ceil(endpoints / modelCount), endpoints)
  return Array.from({ length: accounts }, (_, account) => {
    const provider = `p${account + 1}`
    const count = Math.ceil((endpoints - account) / accounts)
    const offers = Array.from({ length: count }, (_, i) => models[(account + i) % modelCount] ?? models[0])
    return {
      provider,
      endpoints: offers.map((model) => drawEndpoint({ provider, model, spare: account > 0 }, dice)),
      traits: drawTraits(dice),
    }
  })
}

function drawTraits(dice: Dice): ProviderTraits {
  return {
    ttftMs: Math.round(dice.magnitude(100, 1_500)),
    promptTokensPerMs: dice.magnitude(2, 40),
    outputTokensPerSecond: dice.magnitude(25, 400),
    fullAt: dice.integer(4, 60),
    reportsUsage: dice.chance(0.8),
    tellsLimits: dice.chance(0.3),
    sendsRole: dice.chance(0.6),
  }
}

interface Offer {
  readonly provider: string
  readonly model: string
  /** Whether others may serve the model too, so that this one can be switched off. */
  readonly spare: boolean
}

function drawEndpoint({ provider, model, spare }: Offer, dice: Dice): Endpoint {
  const promptUsd = Math.round(dice.magnitude(0.05, 3) * 100) / 100
  return defineEndpoint({
    provider,
    model,
    ...(dice.chance(0.1) && { variant: dice.pick(variants) }),
    ...(dice.chance(0.5) && { region: dice.pick(regions) }),
    ...(dice.chance(0.5) && { quantization: dice.pick(quantizations) }),
    ...drawLimits(dice),
    parameters: drawParameters(dice),
    zeroDataRetention: dice.chance(0.3),
    ...(dice.chance(0.2) && { collectsData: true }),
    ...(dice.chance(0.02) && spare && { disabled: true }),
    price: {
      prompt: promptUsd,
      completion: Math.round(promptUsd * dice.between(1.5, 5) * 100) / 100,
      ...(dice.chance(0.4) && { cacheRead: Math.round(promptUsd * 10) / 100 }),
      ...(dice.chance(0.1) && { requestUsd: 0.0001 }),
    },
  })
}

type DrawnLimits = Pick<
  EndpointOptions,
  | 'contextTokens'
  | 'maxPromptTokens'
  | 'maxOutputTokens'
  | 'requestsPerMinute'
  | 'tokensPerMinute'
  | 'maxConcurrent'
>

/** Windows are small, so that small prompts, which are quick to count, come to their bounds. */
function drawLimits(dice: Dice): DrawnLimits {
  return {
    contextTokens: dice.pick([400, 1_200, 1_200, 8_000, 8_000, 32_000, 32_000]),
    ...(dice.chance(0.1) && { maxPromptTokens: dice.integer(150, 1_000) }),
    ...(dice.chance(0.2) && { maxOutputTokens: dice.integer(100, 2_000) }),
    ...(dice.chance(0.4) && { requestsPerMinute: Math.round(dice.magnitude(20, 300)) }),
    ...(dice.chance(0.25) && { tokensPerMinute: Math.round(dice.magnitude(6_000, 200_000)) }),
    ...(dice.chance(0.3) && { maxConcurrent: dice.integer(3, 24) }),
  }
}

function drawParameters(dice: Dice): readonly Parameter[] {
  const more: readonly Parameter[] = ['tools', 'response_format', 'reasoning', 'top_k', 'logprobs']
  return [...commonParameters, ...dice.some(more, 0.6)]
}
