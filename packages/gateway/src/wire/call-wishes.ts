import type { CallOptions } from 'nextbest'
import { withoutUndefined } from '../without-undefined.ts'
import { booleanField, isRecord, numberField } from './fields.ts'
import type { Fields } from './fields.ts'
import { invalidField } from './refusal.ts'

/** What a request may wish of its call in the `nextbest` object of its body. */
export type CallWishes = Pick<
  CallOptions,
  | 'timeoutMs'
  | 'maxAttempts'
  | 'priority'
  | 'maxCostUsd'
  | 'hedge'
  | 'failoverOnContentPolicy'
  | 'holdBackMs'
  | 'holdBackTokens'
  | 'continueBroken'
>

const fieldNames: Readonly<Record<keyof CallWishes, string>> = {
  timeoutMs: 'timeout_ms',
  maxAttempts: 'max_attempts',
  priority: 'priority',
  maxCostUsd: 'max_cost_usd',
  hedge: 'hedge',
  failoverOnContentPolicy: 'failover_on_content_policy',
  holdBackMs: 'hold_back_ms',
  holdBackTokens: 'hold_back_tokens',
  continueBroken: 'continue_broken',
}

/** Whole numbers, and between what they lie. */
const ranges: Readonly<Partial<Record<keyof CallWishes, readonly [least: number, most: number]>>> = {
  timeoutMs: [1, 86_400_000],
  maxAttempts: [1, 10],
  priority: [0, 9],
  holdBackMs: [0, 2_000],
  holdBackTokens: [0, 64],
}

/**
 * Reads the `nextbest` object of a request's body; see `CallOptions` for what its fields mean. Every field is optional and may be null. A
 * field that is not known is refused, since nobody but this gateway reads the object.
 *
 * @throws RouterError of kind `invalid-request` that names the field, its bounds and the value, e.g. `nextbest.hold_back_ms`.
 */
export function parseCallWishes(value: unknown): CallWishes {
  if (value === undefined || value === null) return {}
  if (!isRecord(value)) throw invalidField('nextbest', 'must be an object')
  const fields: Fields = { path: 'nextbest', values: value }
  const unknown = Object.keys(value).find((name) => !Object.values(fieldNames).includes(name))
  if (unknown !== undefined)
    throw invalidField(
      `nextbest.${unknown.slice(0, 64)}`,
      `is not known; known are ${Object.values(fieldNames).join(', ')}`,
    )
  return withoutUndefined({
    timeoutMs: wholeField(fields, 'timeoutMs'),
    maxAttempts: wholeField(fields, 'maxAttempts'),
    priority: wholeField(fields, 'priority'),
    maxCostUsd: costField(fields),
    hedge: booleanField(fields, fieldNames.hedge),
    failoverOnContentPolicy: booleanField(fields, fieldNames.failoverOnContentPolicy),
    holdBackMs: wholeField(fields, 'holdBackMs'),
    holdBackTokens: wholeField(fields, 'holdBackTokens'),
    continueBroken: booleanField(fields, fieldNames.continueBroken),
  })
}

function wholeField(fields: Fields, wish: keyof CallWishes): number | undefined {
  const name = fieldNames[wish]
  const value = numberField(fields, name)
  const [least, most] = ranges[wish] ?? [0, Number.MAX_SAFE_INTEGER]
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value
  throw invalidField(`nextbest.${name}`, `must be a whole number of ${least}..${most}, and is ${value}`)
}

function costField(fields: Fields): number | undefined {
  const value = numberField(fields, fieldNames.maxCostUsd)
  if (value === 0) throw invalidField('nextbest.max_cost_usd', 'must be above 0, and is 0')
  return value
}
