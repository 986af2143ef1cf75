import { cacheKeyOf, demandOf, InvalidRequest, parseModelSlug, validateChatRequest } from '@nextbest/core'
import type { ChatRequest, Demand, RoutingPreferences } from '@nextbest/core'
import type { Fleet, FleetEndpoint } from './fleet.ts'
import type { CallOptions } from './router.ts'
import { invalidRequest, unknownModel } from './router-errors.ts'
import type { OutputKind, OutputLengths } from './output-lengths.ts'

/** A request that is valid and whose model is known. */
export interface PreparedCall {
  readonly request: ChatRequest
  readonly demand: Demand
  /** What the length of its answer is learned for. */
  readonly outputKind: OutputKind
  /** Tokens that an attempt reserves: the prompt and the output expected. */
  readonly reservedTokens: number
  readonly preferences: RoutingPreferences
  /** Names the conversation; undefined where no provider of the model charges less for what it has cached. */
  readonly cacheKey: string | undefined
  /** Every endpoint that offers the model. */
  readonly endpoints: readonly FleetEndpoint[]
  readonly options: CallOptions
}

export interface CallPreparation {
  readonly fleet: Fleet
  readonly outputLengths: OutputLengths
  /** The router's own wishes, where the call states none. */
  readonly preferences: RoutingPreferences
}

/**
 * Checks a request and works out what it needs.
 * @throws RouterError of kind `invalid-request` or `model-unknown`.
 */
export function prepareCall(
  request: ChatRequest,
  options: CallOptions,
  preparation: CallPreparation,
): PreparedCall {
  const valid = validated(request)
  const { model, variants } = parseModelSlug(valid.model)
  const endpoints = preparation.fleet.endpointsOf(model)
  if (endpoints.length === 0) throw unknownModel(model, preparation.fleet.catalog)
  const outputKind = outputKindOf(valid, model)
  const demand = demandOf(valid, { expectedOutputTokens: preparation.outputLengths.expected(outputKind) })
  const preferences = { ...preparation.preferences, ...options.preferences }
  return {
    request: valid,
    demand,
    outputKind,
    reservedTokens: demand.promptTokens + demand.expectedOutputTokens,
    preferences: withVariants(preferences, variants),
    cacheKey: endpoints.some(chargesLessForCached) ? cacheKeyOf(valid) : undefined,
    endpoints,
    options,
  }
}

function outputKindOf({ user, tools, response_format: format }: ChatRequest, model: string): OutputKind {
  const structured = (tools?.length ?? 0) > 0 || (format?.type ?? 'text') !== 'text'
  return { model, caller: user ?? undefined, structured }
}

function chargesLessForCached({ endpoint: { pricing } }: FleetEndpoint): boolean {
  return (pricing.cacheReadPicoUsd ?? pricing.promptPicoUsd) < pricing.promptPicoUsd
}

function validated(request: ChatRequest): ChatRequest {
  try {
    return validateChatRequest(request)
  } catch (error) {
    if (InvalidRequest.is(error)) throw invalidRequest(error.message, error.field)
    throw error
  }
}

/** A routing suffix of the model is a sort; of several the last wins, and an explicit order wins over all. */
function withVariants(preferences: RoutingPreferences, variants: readonly string[]): RoutingPreferences {
  const last = variants.findLast((variant) => variant === 'nitro' || variant === 'floor')
  if (last === undefined || preferences.order !== undefined) return preferences
  return { ...preferences, sort: last === 'nitro' ? 'throughput' : 'price' }
}
