import type { Parameter } from '@nextbest/core'

/** What a make-believe provider charges, in US dollars per million tokens, and how fast it is. */
export interface DemoProvider {
  readonly provider: string
  readonly prompt: number
  readonly completion: number
  /** Time to the first token, in ms. */
  readonly latencyMs: number
  readonly tokensPerSecond: number
  readonly contextTokens: number
  readonly parameters: readonly Parameter[]
  readonly models: readonly string[]
  /** Whether it fails for 20 seconds in every minute. */
  readonly failing: boolean
}

export const demoModel = 'deepseek/deepseek-coder'
const llama = 'meta-llama/llama-3.3-70b-instruct'
const qwen = 'qwen/qwen-2.5-7b-instruct'

const plain: readonly Parameter[] = [
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'max_tokens',
  'max_completion_tokens',
  'seed',
  'stop',
]
const withTools: readonly Parameter[] = [
  ...plain,
  'tools',
  'tool_choice',
  'response_format',
  'structured_outputs',
]

/** From cheap and slow to dear and fast, but for the first, which is the best choice while it works. */
export const demoProviders: readonly DemoProvider[] = Object.freeze([
  {
    provider: 'northwind',
    prompt: 0.25,
    completion: 0.75,
    latencyMs: 400,
    tokensPerSecond: 90,
    contextTokens: 128_000,
    parameters: withTools,
    models: [demoModel, qwen],
    failing: true,
  },
  {
    provider: 'bluepeak',
    prompt: 0.35,
    completion: 1,
    latencyMs: 600,
    tokensPerSecond: 60,
    contextTokens: 128_000,
    parameters: withTools,
    models: [demoModel, llama],
    failing: false,
  },
  {
    provider: 'quickstack',
    prompt: 0.5,
    completion: 1.5,
    latencyMs: 300,
    tokensPerSecond: 120,
    contextTokens: 128_000,
    parameters: withTools,
    models: [demoModel, llama],
    failing: false,
  },
  {
    provider: 'ferrolight',
    prompt: 0.9,
    completion: 2.7,
    latencyMs: 250,
    tokensPerSecond: 150,
    contextTokens: 32_000,
    parameters: withTools,
    models: [demoModel, qwen],
    failing: false,
  },
  {
    provider: 'sparkline',
    prompt: 1.2,
    completion: 3.6,
    latencyMs: 150,
    tokensPerSecond: 300,
    contextTokens: 128_000,
    parameters: plain,
    models: [demoModel, llama],
    failing: false,
  },
])
