import type { EndpointOptions } from '@nextbest/core'
import type { UpstreamConfig } from 'nextbest'
import type { Environment } from '../config/environment.ts'

interface RealProvider {
  readonly provider: string
  /** The environment variable that holds its key. */
  readonly keyVariable: string
  readonly baseUrl: string
  readonly models: readonly RealModel[]
}

type RealModel = Pick<EndpointOptions, 'model' | 'upstreamModel' | 'contextTokens' | 'price'>

const gptOss = 'openai/gpt-oss-120b'
const deepseekFlash = 'deepseek/deepseek-v4-flash'

/**
 * Real providers that the demo adds when their keys are in the environment, with models that no make-believe provider serves,
 * so that only who asks for one of these spends money. Source of the prices and limits: models.dev, July 2026 (MIT licence).
 */
const realProviders: readonly RealProvider[] = [
  {
    provider: 'openai',
    keyVariable: 'OPENAI_API_KEY',
    baseUrl: 'https://api.openai.com/v1',
    models: [
      {
        model: 'openai/gpt-4o-mini',
        contextTokens: 128_000,
        price: { prompt: 0.15, completion: 0.6, cacheRead: 0.075 },
      },
      {
        model: 'openai/gpt-5-mini',
        contextTokens: 400_000,
        price: { prompt: 0.25, completion: 2, cacheRead: 0.025 },
      },
    ],
  },
  {
    provider: 'deepseek',
    keyVariable: 'DEEPSEEK_API_KEY',
    baseUrl: 'https://api.deepseek.com',
    models: [
      {
        model: deepseekFlash,
        contextTokens: 1_000_000,
        price: { prompt: 0.14, completion: 0.28, cacheRead: 0.0028 },
      },
    ],
  },
  {
    provider: 'openrouter',
    keyVariable: 'OPENROUTER_API_KEY',
    baseUrl: 'https://openrouter.ai/api/v1',
    models: [
      {
        model: gptOss,
        upstreamModel: gptOss,
        contextTokens: 131_072,
        price: { prompt: 0.03, completion: 0.15 },
      },
      {
        model: deepseekFlash,
        upstreamModel: deepseekFlash,
        contextTokens: 1_048_575,
        price: { prompt: 0.098, completion: 0.196, cacheRead: 0.02 },
      },
    ],
  },
  {
    provider: 'groq',
    keyVariable: 'GROQ_API_KEY',
    baseUrl: 'https://api.groq.com/openai/v1',
    models: [
      {
        model: gptOss,
        upstreamModel: gptOss,
        contextTokens: 131_072,
        price: { prompt: 0.15, completion: 0.6, cacheRead: 0.075 },
      },
    ],
  },
  {
    provider: 'together',
    keyVariable: 'TOGETHER_API_KEY',
    baseUrl: 'https://api.together.ai/v1',
    models: [
      {
        model: gptOss,
        upstreamModel: gptOss,
        contextTokens: 131_072,
        price: { prompt: 0.15, completion: 0.6 },
      },
    ],
  },
  {
    provider: 'fireworks',
    keyVariable: 'FIREWORKS_API_KEY',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    models: [
      {
        model: gptOss,
        upstreamModel: 'accounts/fireworks/models/gpt-oss-120b',
        contextTokens: 131_072,
        price: { prompt: 0.15, completion: 0.6, cacheRead: 0.015 },
      },
      {
        model: deepseekFlash,
        upstreamModel: 'accounts/fireworks/models/deepseek-v4-flash',
        contextTokens: 1_000_000,
        price: { prompt: 0.14, completion: 0.28, cacheRead: 0.028 },
      },
    ],
  },
  {
    provider: 'mistral',
    keyVariable: 'MISTRAL_API_KEY',
    baseUrl: 'https://api.mistral.ai/v1',
    models: [
      {
        model: 'mistralai/mistral-small-2603',
        contextTokens: 256_000,
        price: { prompt: 0.15, completion: 0.6 },
      },
    ],
  },
]

/** Returns the real providers whose keys are set. */
export function realUpstreams(environment: Environment): readonly UpstreamConfig[] {
  return realProviders.flatMap(({ provider, keyVariable, baseUrl, models }) => {
    const apiKey = environment[keyVariable] ?? ''
    return apiKey === '' ? [] : [{ provider, baseUrl, apiKey, models }]
  })
}
