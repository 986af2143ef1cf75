import type { Endpoint } from '../../catalog/endpoint.ts'
import type { Pricing, TokenPrices } from '../../catalog/pricing.ts'
import type { Demand } from '../../demand/demand.ts'
import type { ExclusionQuestion } from '../question.ts'

/**
 * No price may be above its ceiling. Token prices are the highest of the tiers that a prompt of this size may fall in; an
 * image's price counts when the prompt has images.
 */
export function maxPrice(
  { pricing }: Endpoint,
  { demand, preferences }: ExclusionQuestion,
): string | undefined {
  const ceiling = preferences.maxPrice
  if (ceiling === undefined) return undefined
  const { promptPicoUsd, completionPicoUsd } = dearestOf(pricing, demand)
  return (
    excess('a million prompt tokens', promptPicoUsd / 1e6, ceiling.promptUsdPerMillion) ??
    excess('a million output tokens', completionPicoUsd / 1e6, ceiling.completionUsdPerMillion) ??
    excess('a request', (pricing.requestNanoUsd ?? 0) / 1e9, ceiling.requestUsd) ??
    (demand.images > 0 ? excess('an image', (pricing.imageNanoUsd ?? 0) / 1e9, ceiling.imageUsd) : undefined)
  )
}

/** Compares dollars, not scaled ceilings: the quotient of an exact price is the nearest float, as the ceiling is. */
function excess(unit: string, usd: number, ceilingUsd: number | undefined): string | undefined {
  if (ceilingUsd === undefined || usd <= ceilingUsd) return undefined
  return `${unit} costs ${usd} US dollars, above the ceiling of ${ceilingUsd}`
}

/** The bound of the prompt's tokens is an upper one: it may be far shorter, and so fall in any tier up to there. */
function dearestOf(pricing: Pricing, { promptTokensMax }: Pick<Demand, 'promptTokensMax'>): TokenPrices {
  let { promptPicoUsd, completionPicoUsd } = pricing
  for (const tier of pricing.tiers ?? []) {
    if (tier.abovePromptTokens >= promptTokensMax) continue
    promptPicoUsd = Math.max(promptPicoUsd, tier.promptPicoUsd)
    completionPicoUsd = Math.max(completionPicoUsd, tier.completionPicoUsd)
  }
  return { promptPicoUsd, completionPicoUsd }
}
