import type {
  Endpoint,
  EndpointLimits,
  Modality,
  PriceTier,
  Pricing,
  Quantization,
  TokenPrices,
} from '@nextbest/core'
import { slugOf } from './call-record.ts'
import { longestId, longestWord } from './read-bounds.ts'
import type { TraceFields } from './trace-fields.ts'
import { traceBounds } from './trace-record.ts'

const quantizations: readonly Quantization[] = [
  'int4', 'int8', 'fp4', 'mxfp4', 'nvfp4', 'fp6', 'fp8', 'mxfp8', 'fp16', 'bf16', 'fp32',
] // prettier-ignore
const modalities: readonly Modality[] = ['text', 'image', 'audio', 'file', 'video']
const textOnly: readonly Modality[] = ['text']

/** Reads the description of an endpoint. */
export function readEndpoint(fields: TraceFields): Endpoint {
  const model = fields.text('model', longestId)
  const region = fields.optionalText('region', longestWord)
  return {
    id: fields.text('id', longestId),
    provider: fields.text('provider', longestWord),
    tag: fields.text('tag', longestId),
    model,
    upstreamModel: slugOf(model),
    ...(region !== undefined && { region }),
    quantization: quantizations.find((one) => fields.is('quantization', one)) ?? 'unknown',
    limits: readLimits(fields.fields('limits')),
    capabilities: {
      parameters: new Set(fields.texts('parameters', traceBounds.described)),
      inputModalities: new Set(readModalities(fields, 'inputModalities')),
      outputModalities: new Set(readModalities(fields, 'outputModalities')),
    },
    pricing: readPricing(fields.fields('pricing')),
    dataPolicy: {
      collectsData: fields.flag('collectsData'),
      zeroDataRetention: fields.flag('zeroDataRetention'),
    },
    disabled: fields.flag('disabled'),
  }
}

/** Text alone where the field is not there; what later versions know beside these is left out. */
export function readModalities(fields: TraceFields, name: string): readonly Modality[] {
  if (!fields.has(name)) return textOnly
  const named = fields.texts(name, traceBounds.described)
  return modalities.filter((modality) => named.includes(modality))
}

function readLimits(fields: TraceFields): EndpointLimits {
  const optional = [
    'maxPromptTokens',
    'maxOutputTokens',
    'requestsPerMinute',
    'tokensPerMinute',
    'maxConcurrent',
  ] as const satisfies readonly (keyof EndpointLimits)[]
  return {
    contextTokens: fields.count('contextTokens', 1),
    ...Object.fromEntries(
      optional.filter((name) => fields.has(name)).map((name) => [name, fields.count(name, 1)]),
    ),
  }
}

function readPricing(fields: TraceFields): Pricing {
  const requestNanoUsd = fields.optionalCount('requestNanoUsd')
  const imageNanoUsd = fields.optionalCount('imageNanoUsd')
  return {
    ...readPrices(fields),
    ...(requestNanoUsd !== undefined && { requestNanoUsd }),
    ...(imageNanoUsd !== undefined && { imageNanoUsd }),
    ...(fields.has('tiers') && { tiers: fields.list('tiers', traceBounds.described, readTier) }),
  }
}

function readTier(fields: TraceFields): PriceTier {
  return { ...readPrices(fields), abovePromptTokens: fields.count('abovePromptTokens') }
}

function readPrices(fields: TraceFields): TokenPrices {
  const cacheReadPicoUsd = fields.optionalCount('cacheReadPicoUsd')
  const cacheWritePicoUsd = fields.optionalCount('cacheWritePicoUsd')
  return {
    promptPicoUsd: fields.count('promptPicoUsd'),
    completionPicoUsd: fields.count('completionPicoUsd'),
    ...(cacheReadPicoUsd !== undefined && { cacheReadPicoUsd }),
    ...(cacheWritePicoUsd !== undefined && { cacheWritePicoUsd }),
  }
}
