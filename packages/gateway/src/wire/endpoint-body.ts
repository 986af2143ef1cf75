import type { Endpoint } from '@nextbest/core'
import type { EndpointStatus, Router } from 'nextbest'
import { architectureBody, pricingBody } from './model-body.ts'

/** Recent outcomes below which nothing is said of an endpoint's health and speed. */
const fewestSamples = 1

/** Returns what OpenRouter tells of a model and its endpoints; nothing where no endpoint offers it. */
export function endpointListBody(router: Router, id: string): object | undefined {
  const { catalog } = router
  const endpoints = catalog.endpoints.filter((endpoint) => endpoint.model === id)
  const model = catalog.models.find((one) => one.id === id)
  if (model === undefined || endpoints.length === 0) return undefined
  const statuses = new Map(router.status().map((one) => [one.endpoint, one]))
  const name = model.name ?? id
  return {
    id,
    name,
    created: model.created ?? 0,
    description: model.description ?? '',
    architecture: architectureBody(endpoints),
    endpoints: endpoints.map((endpoint) => endpointBody(endpoint, name, statuses.get(endpoint.id))),
  }
}

/**
 * OpenRouter's facts of one endpoint. Statistics fade continuously, about as a window of 30 minutes would; what they do not
 * tell is null.
 */
function endpointBody(endpoint: Endpoint, modelName: string, status: EndpointStatus | undefined): object {
  const { limits, capabilities, pricing } = endpoint
  return {
    name: `${endpoint.provider} | ${endpoint.model}`,
    model_id: endpoint.model,
    model_name: modelName,
    provider_name: endpoint.provider,
    tag: endpoint.tag,
    quantization: endpoint.quantization ?? 'unknown',
    context_length: limits.contextTokens,
    max_completion_tokens: limits.maxOutputTokens ?? null,
    max_prompt_tokens: limits.maxPromptTokens ?? null,
    pricing: pricingBody(pricing),
    supported_parameters: [...capabilities.parameters],
    supports_implicit_caching: pricing.cacheReadPicoUsd !== undefined,
    status: statusOf(endpoint, status),
    ...statistics(status),
  }
}

/** 0 is well; every other number is one way of not being: probing, gated, broken, held, switched off. */
function statusOf(endpoint: Endpoint, status: EndpointStatus | undefined): number {
  if (endpoint.disabled === true) return -10
  if (status === undefined) return 0
  if (status.signals.heldForMs > 0) return -5
  if (status.breaker === 'open') return -3
  if (status.signals.gatedForMs > 0) return -2
  return status.breaker === 'half-open' ? -1 : 0
}

const unknown = Object.freeze({
  uptime_last_5m: null,
  uptime_last_30m: null,
  uptime_last_1d: null,
  latency_last_30m: null,
  throughput_last_30m: null,
})

function statistics(status: EndpointStatus | undefined): object {
  if (status === undefined || status.signals.samples < fewestSamples) return unknown
  const { signals } = status
  return {
    ...unknown,
    uptime_last_30m: 100 * signals.successRate,
    latency_last_30m: {
      p50: signals.ttftP50Ms,
      p75: signals.ttftP75Ms,
      p90: signals.ttftP90Ms,
      p99: signals.ttftP99Ms,
    },
    throughput_last_30m: {
      p50: signals.tokensPerSecondP50,
      p75: signals.tokensPerSecondP75,
      p90: signals.tokensPerSecondP90,
      p99: signals.tokensPerSecondP99,
    },
  }
}
