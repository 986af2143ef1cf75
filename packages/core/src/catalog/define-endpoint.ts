import type {
  Capabilities,
  DataPolicy,
  Endpoint,
  EndpointLimits,
  Modality,
  Quantization,
} from './endpoint.ts'
import { allModalities } from './modality.ts'
import { allParameters, commonParameters } from './parameters.ts'
import type { Parameter } from './parameters.ts'
import { pricingFromUsdPerMillion } from './pricing-from-usd.ts'
import type { UsdPricing } from './pricing-from-usd.ts'
import { requireBoolean, requireInteger, requireName, requireOneOf, requireSet } from './require.ts'
import { parseModelSlug } from './slug.ts'

/** An endpoint as people write it. */
export interface EndpointOptions extends EndpointLimits {
  /** The provider's slug, such as `deepinfra`. 1..64 characters without blanks, `/` and `:`. */
  readonly provider: string
  /** The model's id as callers ask for it: `author/slug`. 1..256 characters without blanks. */
  readonly model: string
  /** The model's name at the provider. Default: the part of `model` after its first `/`. */
  readonly upstreamModel?: string
  /** Names a region, quantization or tier that the provider offers beside its usual one. Default: none. */
  readonly variant?: string
  /** Where prompts are processed, such as `eu`. Default: not known. */
  readonly region?: string
  /** Number format of the weights. Default: `unknown`. */
  readonly quantization?: Quantization
  /** US dollars per million tokens. */
  readonly price: UsdPricing
  /** Request parameters that it understands. Default: `commonParameters`, which leaves out tools and answer formats. */
  readonly parameters?: readonly Parameter[]
  /** What it takes in. Default: text. */
  readonly inputModalities?: readonly Modality[]
  /** What it gives out. Default: text. */
  readonly outputModalities?: readonly Modality[]
  /** Whether prompts may be kept or trained on for the provider's own ends. Default: true, unless `zeroDataRetention`. */
  readonly collectsData?: boolean
  /** Whether nothing of a prompt is kept once it is answered. Default: false. */
  readonly zeroDataRetention?: boolean
  /**
   * Whether it goes on from a given beginning of its answer, as assistant prefill does: an answer that broke off is then gone on with
   * here, where the caller wants that. Default: false.
   */
  readonly continuesNatively?: boolean
  /** Whether nothing more is billed once a connection is closed, so that hedges cost little. Default: false. */
  readonly cancelStopsBilling?: boolean
  /** Never used while true. Default: false. */
  readonly disabled?: boolean
}

const quantizations: readonly Quantization[] = [
  'int4',
  'int8',
  'fp4',
  'mxfp4',
  'nvfp4',
  'fp6',
  'fp8',
  'mxfp8',
  'fp16',
  'bf16',
  'fp32',
  'unknown',
]

const optionalLimits = [
  'maxPromptTokens',
  'maxOutputTokens',
  'requestsPerMinute',
  'tokensPerMinute',
  'maxConcurrent',
] as const satisfies readonly (keyof EndpointLimits)[]

/**
 * Returns an endpoint from the few things that must be said of it, and defaults for the rest.
 *
 * @throws RangeError or TypeError naming the option, its bound and its value.
 * @example
 * defineEndpoint({ provider: 'deepinfra', model: 'meta-llama/llama-3.3-70b', contextTokens: 131_072,
 *   price: { prompt: 0.23, completion: 0.4 } })
 */
export function defineEndpoint(options: EndpointOptions): Endpoint {
  const provider = requireProvider(options.provider)
  const model = requireModel(options.model)
  const tag = options.variant === undefined ? provider : `${provider}/${requireVariant(options.variant)}`
  const { region, quantization } = options
  return {
    id: `${tag}:${model}`,
    provider,
    tag,
    model,
    upstreamModel: requireName(
      'upstreamModel',
      options.upstreamModel ?? model.slice(model.indexOf('/') + 1),
      256,
    ),
    ...(region !== undefined && { region: requireName('region', region, 64) }),
    quantization: requireOneOf('quantization', quantization ?? 'unknown', quantizations),
    limits: limitsOf(options),
    capabilities: capabilitiesOf(options),
    pricing: pricingFromUsdPerMillion(options.price),
    dataPolicy: dataPolicyOf(options),
    continuesNatively: requireBoolean('continuesNatively', options.continuesNatively ?? false),
    cancelStopsBilling: requireBoolean('cancelStopsBilling', options.cancelStopsBilling ?? false),
    disabled: requireBoolean('disabled', options.disabled ?? false),
  }
}

function requireProvider(provider: string): string {
  requireName('provider', provider, 64)
  if (/[/:]/.test(provider)) throw new RangeError(`provider must not contain / or :, got "${provider}"`)
  return provider
}

function requireVariant(variant: string): string {
  requireName('variant', variant, 64)
  if (variant.includes(':')) throw new RangeError(`variant must not contain :, got "${variant}"`)
  return variant
}

function requireModel(model: string): string {
  requireName('model', model, 256)
  const [variant] = parseModelSlug(model).variants
  if (variant === undefined) return model
  throw new RangeError(`model must not end in :${variant}, which says how to route, got "${model}"`)
}

function limitsOf(options: EndpointOptions): EndpointLimits {
  const given = optionalLimits.filter((limit) => options[limit] !== undefined)
  return {
    contextTokens: requireInteger('contextTokens', options.contextTokens, 1),
    ...Object.fromEntries(given.map((limit) => [limit, requireInteger(limit, options[limit], 1)])),
  }
}

function capabilitiesOf(options: EndpointOptions): Capabilities {
  return {
    parameters: requireSet('parameters', options.parameters ?? commonParameters, allParameters),
    inputModalities: requireSet('inputModalities', options.inputModalities ?? ['text'], allModalities),
    outputModalities: requireSet('outputModalities', options.outputModalities ?? ['text'], allModalities),
  }
}

function dataPolicyOf(options: EndpointOptions): DataPolicy {
  const zeroDataRetention = requireBoolean('zeroDataRetention', options.zeroDataRetention ?? false)
  const collectsData = requireBoolean('collectsData', options.collectsData ?? !zeroDataRetention)
  return { collectsData, zeroDataRetention }
}
