import type { Catalog, Endpoint, Model, Pricing } from '@nextbest/core'
import { usdTextOfNano, usdTextOfPico } from './usd-text.ts'

/** Returns OpenAI's list of models, each with OpenRouter's facts beside OpenAI's. */
export function modelListBody(catalog: Catalog, prefix: string): object {
  const endpoints = Map.groupBy(catalog.endpoints, (endpoint) => endpoint.model)
  const data = catalog.models.flatMap((model) => {
    const offered = endpoints.get(model.id)
    return offered === undefined ? [] : [modelBody(model, offered, prefix)]
  })
  return { object: 'list', data, total_count: data.length, links: { next: null } }
}

/** Facts that differ between endpoints are those of the cheapest one, so that they are true together. */
function modelBody(model: Model, endpoints: readonly Endpoint[], prefix: string): object {
  const [first] = endpoints.toSorted((one, other) => priceOf(one) - priceOf(other))
  return {
    id: model.id,
    object: 'model',
    created: model.created ?? 0,
    owned_by: model.id.split('/', 1)[0],
    canonical_slug: model.id,
    name: model.name ?? model.id,
    description: model.description ?? '',
    context_length: Math.max(...endpoints.map((endpoint) => endpoint.limits.contextTokens)),
    architecture: architectureBody(endpoints),
    pricing: first === undefined ? null : pricingBody(first.pricing),
    top_provider: {
      context_length: first?.limits.contextTokens ?? null,
      max_completion_tokens: first?.limits.maxOutputTokens ?? null,
      is_moderated: false,
    },
    per_request_limits: null,
    supported_parameters: parametersOf(endpoints),
    default_parameters: null,
    supported_voices: null,
    links: { details: `${prefix}/models/${model.id}/endpoints` },
  }
}

/** Returns what any of the endpoints takes in and gives out. */
export function architectureBody(endpoints: readonly Endpoint[]): object {
  const inputs = [...new Set(endpoints.flatMap((endpoint) => [...endpoint.capabilities.inputModalities]))]
  const outputs = [...new Set(endpoints.flatMap((endpoint) => [...endpoint.capabilities.outputModalities]))]
  return {
    input_modalities: inputs,
    output_modalities: outputs,
    modality: `${inputs.join('+')}->${outputs.join('+')}`,
    tokenizer: 'Other',
    instruct_type: null,
  }
}

/** Returns prices as OpenRouter has them: US dollars per token, as decimal digits. */
export function pricingBody(pricing: Pricing): object {
  return {
    ...tokenPricesBody(pricing),
    request: usdTextOfNano(pricing.requestNanoUsd ?? 0),
    image: usdTextOfNano(pricing.imageNanoUsd ?? 0),
    ...(pricing.tiers === undefined ? {} : { overrides: pricing.tiers.map(tierBody) }),
  }
}

function tierBody(tier: NonNullable<Pricing['tiers']>[number]): object {
  return { min_prompt_tokens: tier.abovePromptTokens, ...tokenPricesBody(tier) }
}

function tokenPricesBody(prices: Pricing): object {
  const { cacheReadPicoUsd: read, cacheWritePicoUsd: write } = prices
  return {
    prompt: usdTextOfPico(prices.promptPicoUsd),
    completion: usdTextOfPico(prices.completionPicoUsd),
    ...(read === undefined ? {} : { input_cache_read: usdTextOfPico(read) }),
    ...(write === undefined ? {} : { input_cache_write: usdTextOfPico(write) }),
  }
}

function parametersOf(endpoints: readonly Endpoint[]): readonly string[] {
  return [...new Set(endpoints.flatMap((endpoint) => [...endpoint.capabilities.parameters]))].toSorted()
}

function priceOf({ pricing }: Endpoint): number {
  return pricing.promptPicoUsd + pricing.completionPicoUsd
}
