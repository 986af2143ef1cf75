import type { Endpoint } from '../catalog/endpoint.ts'
import type { ExclusionRule } from './exclusion.ts'
import type { RoutingPreferences } from './preferences.ts'
import type { ExclusionQuestion } from './question.ts'
import { contextWindow } from './rules/context-window.ts'
import { dataCollection } from './rules/data-collection.ts'
import { dataRetention } from './rules/data-retention.ts'
import { disabled } from './rules/disabled.ts'
import { fallbacksOff } from './rules/fallbacks-off.ts'
import { hold } from './rules/hold.ts'
import { ignore } from './rules/ignore.ts'
import { inputModality } from './rules/input-modality.ts'
import { learnedParameters } from './rules/learned-parameters.ts'
import { maxPrice } from './rules/max-price.ts'
import { only } from './rules/only.ts'
import { outputLimit } from './rules/output-limit.ts'
import { outputModality } from './rules/output-modality.ts'
import { parameters } from './rules/parameters.ts'
import { promptLimit } from './rules/prompt-limit.ts'
import { quantization } from './rules/quantization.ts'
import { region } from './rules/region.ts'

export interface EligibilityRule {
  readonly name: ExclusionRule
  /** Returns why the endpoint cannot serve, or nothing. */
  readonly exclude: (endpoint: Endpoint, question: ExclusionQuestion) => string | undefined
  /** Whether it can exclude anything at all for such wishes. Default: always. */
  readonly concerns?: (preferences: RoutingPreferences) => boolean
}

/** All rules in the order in which they are asked; the first that excludes gives the reason. */
export const eligibilityRules: readonly EligibilityRule[] = [
  { name: 'disabled', exclude: disabled },
  { name: 'only', exclude: only, concerns: (wishes) => wishes.only !== undefined },
  { name: 'ignore', exclude: ignore, concerns: (wishes) => wishes.ignore !== undefined },
  { name: 'fallbacks-off', exclude: fallbacksOff, concerns: (wishes) => wishes.allowFallbacks === false },
  { name: 'context-window', exclude: contextWindow },
  { name: 'prompt-limit', exclude: promptLimit },
  { name: 'output-limit', exclude: outputLimit },
  { name: 'input-modality', exclude: inputModality },
  { name: 'output-modality', exclude: outputModality },
  { name: 'parameters', exclude: parameters },
  { name: 'learned-parameters', exclude: learnedParameters },
  {
    name: 'data-collection',
    exclude: dataCollection,
    concerns: (wishes) => wishes.dataCollection === 'deny',
  },
  { name: 'data-retention', exclude: dataRetention, concerns: (wishes) => wishes.zeroDataRetention === true },
  { name: 'region', exclude: region, concerns: (wishes) => wishes.regions !== undefined },
  { name: 'quantization', exclude: quantization, concerns: (wishes) => wishes.quantizations !== undefined },
  { name: 'max-price', exclude: maxPrice, concerns: (wishes) => wishes.maxPrice !== undefined },
  { name: 'hold', exclude: hold },
]

/** Returns the rules that can exclude anything for a question, in their order: asked once for all endpoints. */
export function rulesFor({
  preferences,
}: Pick<ExclusionQuestion, 'preferences'>): readonly EligibilityRule[] {
  return eligibilityRules.filter(({ concerns }) => concerns === undefined || concerns(preferences))
}
