import type { MaxPrice, Objective, Percentiles, Quantization, RoutingPreferences } from '@nextbest/core'
import { withoutUndefined } from '../without-undefined.ts'
import { booleanField, choiceField, isRecord, listField, numberField } from './fields.ts'
import type { Fields } from './fields.ts'
import { invalidField } from './refusal.ts'

const quantizations = [
  'int4', 'int8', 'fp4', 'mxfp4', 'nvfp4', 'fp6', 'fp8', 'mxfp8', 'fp16', 'bf16', 'fp32', 'unknown',
] as const satisfies readonly Quantization[] // prettier-ignore

const sorts = ['price', 'throughput', 'latency', 'exacto'] as const
const percentiles = ['p50', 'p75', 'p90', 'p99'] as const

/**
 * Reads OpenRouter's `provider` object. Every field is optional and may be null; an empty list states nothing. Fields that
 * are not known are left alone, since clients may be newer than this.
 *
 * Read and checked, but without effect: `enforce_distillable_text` and `max_price.audio` (the catalog has no such facts),
 * `sort: exacto` (the index decides) and `sort.partition` (a request names one model). Two fields are ours: `regions`, and `objective` (a preset, or `{usd_per_second}`).
 *
 * @throws RouterError of kind `invalid-request` that names the field, e.g. `provider.max_price.prompt`.
 */
export function parseProviderPreferences(value: unknown): RoutingPreferences | undefined {
  if (value === undefined || value === null) return undefined
  if (!isRecord(value)) throw invalidField('provider', 'must be an object')
  const fields: Fields = { path: 'provider', values: value }
  booleanField(fields, 'enforce_distillable_text')
  return withoutUndefined({
    order: listField(fields, 'order'),
    only: listField(fields, 'only'),
    ignore: listField(fields, 'ignore'),
    allowFallbacks: booleanField(fields, 'allow_fallbacks'),
    requireParameters: booleanField(fields, 'require_parameters'),
    dataCollection: choiceField(fields, 'data_collection', ['allow', 'deny']),
    zeroDataRetention: booleanField(fields, 'zdr'),
    quantizations: quantizationField(fields),
    regions: listField(fields, 'regions'),
    maxPrice: maxPriceField(fields),
    sort: sortField(fields),
    preferredMaxLatency: percentileField(fields, 'preferred_max_latency'),
    preferredMinThroughput: percentileField(fields, 'preferred_min_throughput'),
    objective: objectiveField(fields),
  })
}

function quantizationField(fields: Fields): readonly Quantization[] | undefined {
  const listed = listField(fields, 'quantizations')
  return listed?.map((name, i) => {
    const format = quantizations.find((one) => one === name)
    if (format === undefined) {
      throw invalidField(`provider.quantizations[${i}]`, `must be one of ${quantizations.join(', ')}`)
    }
    return format
  })
}

function sortField(fields: Fields): RoutingPreferences['sort'] | undefined {
  const value = fields.values['sort']
  if (!isRecord(value)) return knownSort(choiceField(fields, 'sort', sorts))
  const inner: Fields = { path: 'provider.sort', values: value }
  choiceField(inner, 'partition', ['model', 'none'])
  return knownSort(choiceField(inner, 'by', sorts))
}

function knownSort(sort: (typeof sorts)[number] | undefined): RoutingPreferences['sort'] | undefined {
  return sort === 'exacto' ? undefined : sort
}

function maxPriceField(fields: Fields): MaxPrice | undefined {
  const value = fields.values['max_price']
  if (value === undefined || value === null) return undefined
  if (!isRecord(value)) throw invalidField('provider.max_price', 'must be an object')
  const prices: Fields = { path: 'provider.max_price', values: value }
  priceField(prices, 'audio')
  return withoutUndefined({
    promptUsdPerMillion: priceField(prices, 'prompt'),
    completionUsdPerMillion: priceField(prices, 'completion'),
    requestUsd: priceField(prices, 'request'),
    imageUsd: priceField(prices, 'image'),
  })
}

/** Prices come as numbers in OpenRouter's guide and as strings in its schema. */
function priceField(prices: Fields, name: string): number | undefined {
  const value = prices.values[name]
  if (typeof value !== 'string') return numberField(prices, name)
  const decimal = /^\s*\d{1,12}(?:\.\d{1,18})?\s*$/.test(value)
  if (!decimal) throw invalidField(`${prices.path}.${name}`, 'must be a number of US dollars, e.g. "0.5"')
  return Number(value)
}

function percentileField(fields: Fields, name: string): number | Percentiles | undefined {
  const value = fields.values[name]
  if (!isRecord(value)) return numberField(fields, name)
  const inner: Fields = { path: `${fields.path}.${name}`, values: value }
  return withoutUndefined(Object.fromEntries(percentiles.map((at) => [at, numberField(inner, at)])))
}

function objectiveField(fields: Fields): Objective | undefined {
  const value = fields.values['objective']
  if (!isRecord(value)) return choiceField(fields, 'objective', ['cheapest', 'balanced', 'fastest'])
  const usdPerSecond = numberField({ path: 'provider.objective', values: value }, 'usd_per_second')
  if (usdPerSecond === undefined) throw invalidField('provider.objective.usd_per_second', 'is missing')
  return { usdPerSecond }
}
