import { expectedCostUsd, priceOf } from '../catalog/cost.ts'
import type { Endpoint } from '../catalog/endpoint.ts'
import type { Demand } from '../demand/demand.ts'
import type { AttemptCost } from './call-state.ts'

const usdPerPicoUsd = 1e-12
const usdPerNanoUsd = 1e-9

/**
 * Returns the bounds of what an attempt on an endpoint costs. The worst case takes the upper bound of the prompt, all of it written to
 * the cache where that is dearer, and for each answer as much output as the request and the endpoint allow.
 */
export function attemptCost({ pricing, limits }: Endpoint, demand: Demand): AttemptCost {
  const { promptTokens, promptTokensMax, choices, images } = demand
  const prices = priceOf(pricing, promptTokensMax)
  const perPromptToken = Math.max(prices.promptPicoUsd, prices.cacheWritePicoUsd ?? 0)
  const outputTokens = Math.min(
    demand.maxOutputTokens ?? Infinity,
    limits.maxOutputTokens ?? Infinity,
    Math.max(0, limits.contextTokens - promptTokens),
  )
  const picoUsd = promptTokensMax * perPromptToken + choices * outputTokens * prices.completionPicoUsd
  const nanoUsd = (pricing.requestNanoUsd ?? 0) + images * (pricing.imageNanoUsd ?? 0)
  return {
    promptUsd: expectedCostUsd(pricing, { promptTokens, outputTokens: 0, images }),
    worstUsd: picoUsd * usdPerPicoUsd + nanoUsd * usdPerNanoUsd,
  }
}
