import type { BreakerOptions, Objective, RankingOptions, UsdPerMillion, UsdPricing } from '@nextbest/core'
import type { RouterOptions, UpstreamConfig, UpstreamModel } from 'nextbest'
import { withoutUndefined } from '../without-undefined.ts'
import type {
  BreakerSection,
  Config,
  ModelSection,
  PriceSection,
  TokenPriceSection,
  UpstreamSection,
} from './config.ts'

/** Returns the options of the router that a configuration describes. */
export function routerOptionsOf({ routing = {}, upstreams }: Config): RouterOptions {
  const { objective } = routing
  return withoutUndefined({
    upstreams: upstreams.map(upstreamOf),
    timeoutMs: routing.timeout_ms,
    maxAttempts: routing.max_attempts,
    maxWaitMs: routing.max_wait_ms,
    preferences: objective === undefined ? undefined : { objective: objectiveOf(objective) },
    ranking: rankingOf(routing),
    whenAllOpen: routing.when_all_open,
    breaker: routing.breaker === undefined ? undefined : breakerOf(routing.breaker),
  })
}

function rankingOf({
  failure_usd: failureUsd,
  sharpness,
  exploration_rate: explorationRate,
}: NonNullable<Config['routing']>): Partial<RankingOptions> | undefined {
  const stated = withoutUndefined({ failureUsd, sharpness, explorationRate })
  return Object.keys(stated).length === 0 ? undefined : stated
}

function breakerOf(breaker: BreakerSection): Partial<BreakerOptions> {
  return withoutUndefined({
    consecutiveFailures: breaker.consecutive_failures,
    failureRateBound: breaker.failure_rate_bound,
    openMs: breaker.open_ms,
    maxOpenMs: breaker.max_open_ms,
    slowStartMs: breaker.slow_start_ms,
  })
}

function objectiveOf(objective: Exclude<NonNullable<Config['routing']>['objective'], undefined>): Objective {
  return typeof objective === 'string' ? objective : { usdPerSecond: objective.usd_per_second }
}

function upstreamOf(upstream: UpstreamSection): UpstreamConfig {
  return withoutUndefined({
    provider: upstream.provider,
    baseUrl: upstream.base_url,
    models: upstream.models.map(modelOf),
    apiKey: upstream.api_key,
    headers: upstream.headers,
    allowPrivateNetwork: upstream.allow_private_network,
    maxConnections: upstream.max_connections,
    connectTimeoutMs: upstream.connect_timeout_ms,
    proxyUrl: upstream.proxy_url,
    http2: upstream.http2,
  })
}

function modelOf(model: ModelSection): UpstreamModel {
  return withoutUndefined({
    model: model.model,
    contextTokens: model.context_tokens,
    price: priceOf(model.price),
    upstreamModel: model.upstream_model,
    variant: model.variant,
    region: model.region,
    quantization: model.quantization,
    maxPromptTokens: model.max_prompt_tokens,
    maxOutputTokens: model.max_output_tokens,
    requestsPerMinute: model.requests_per_minute,
    tokensPerMinute: model.tokens_per_minute,
    maxConcurrent: model.max_concurrent,
    parameters: model.parameters,
    inputModalities: model.input_modalities,
    outputModalities: model.output_modalities,
    collectsData: model.collects_data,
    zeroDataRetention: model.zero_data_retention,
    continuesNatively: model.continues_natively,
    cancelStopsBilling: model.cancel_stops_billing,
    disabled: model.disabled,
  })
}

function priceOf(price: PriceSection): UsdPricing {
  return {
    ...tokenPricesOf(price),
    ...withoutUndefined({ requestUsd: price.request, imageUsd: price.image }),
    ...withoutUndefined({
      tiers: price.tiers?.map((tier) => ({
        ...tokenPricesOf(tier),
        abovePromptTokens: tier.above_prompt_tokens,
      })),
    }),
  }
}

function tokenPricesOf({ prompt, completion, cache_read, cache_write }: TokenPriceSection): UsdPerMillion {
  return { prompt, completion, ...withoutUndefined({ cacheRead: cache_read, cacheWrite: cache_write }) }
}
