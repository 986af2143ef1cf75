import type { Pricing } from './pricing.ts'

/** What a model takes in or gives out. */
export type Modality = 'text' | 'image' | 'audio' | 'file' | 'video'

/** Number format of the weights, in OpenRouter's vocabulary. */
export type Quantization =
  | 'int4'
  | 'int8'
  | 'fp4'
  | 'mxfp4'
  | 'nvfp4'
  | 'fp6'
  | 'fp8'
  | 'mxfp8'
  | 'fp16'
  | 'bf16'
  | 'fp32'
  | 'unknown'

/** A model that callers can ask for. */
export interface Model {
  /** `author/slug`. */
  readonly id: string
  /** Name for people. Default: the id. */
  readonly name?: string
  readonly description?: string
  /** Unix seconds of its release. */
  readonly created?: number
}

/** A model at a provider (in a region, quantization and tier): the unit that is priced, scored, picked and measured. */
export interface Endpoint {
  /** Unique in a catalog: `tag` + `:` + model, e.g. `deepinfra/turbo:deepseek/deepseek-coder`. */
  readonly id: string
  /** The provider's slug, e.g. `deepinfra`. */
  readonly provider: string
  /** The slug to route to: the provider's, or `provider/variant` for a region, quantization or tier of it. */
  readonly tag: string
  /** The model's id as callers ask for it. */
  readonly model: string
  /** The model's name at the provider. */
  readonly upstreamModel: string
  readonly region?: string
  /** Default: `unknown`. */
  readonly quantization?: Quantization
  readonly limits: EndpointLimits
  readonly capabilities: Capabilities
  readonly pricing: Pricing
  readonly dataPolicy: DataPolicy
  /** Whether it goes on from a given beginning of its answer, as assistant prefill does. Default: false. */
  readonly continuesNatively?: boolean
  /** Whether nothing more is billed once a connection is closed. Default: false. */
  readonly cancelStopsBilling?: boolean
  /** Set by configuration: never used while true. Default: false. */
  readonly disabled?: boolean
}

/** Bounds that the provider states. All are integers of at least 1. */
export interface EndpointLimits {
  /** Prompt and output tokens together. */
  readonly contextTokens: number
  /** Prompt tokens alone. Default: no bound but the context. */
  readonly maxPromptTokens?: number
  /** Output tokens. Default: no bound but the context. */
  readonly maxOutputTokens?: number
  /** Requests in a minute. Default: unlimited. */
  readonly requestsPerMinute?: number
  /** Prompt and output tokens in a minute. Default: unlimited. */
  readonly tokensPerMinute?: number
  /** Attempts in flight. Default: unlimited. */
  readonly maxConcurrent?: number
}

/** What an endpoint can do. */
export interface Capabilities {
  /** Request parameters that it understands, in the vocabulary of OpenRouter's `supported_parameters`. */
  readonly parameters: ReadonlySet<string>
  readonly inputModalities: ReadonlySet<Modality>
  readonly outputModalities: ReadonlySet<Modality>
}

/** What the provider does with prompts. */
export interface DataPolicy {
  /** Whether prompts may be kept or trained on for the provider's own ends. */
  readonly collectsData: boolean
  /** Whether nothing of a prompt is kept once it is answered. */
  readonly zeroDataRetention: boolean
}
