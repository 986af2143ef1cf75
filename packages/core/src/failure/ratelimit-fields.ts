import { plainNumber } from './duration.ts'
import { type RateLimit, rateLimitFrom, tighter } from './rate-limit.ts'

/** Characters of a field beyond which nobody meant it. */
const maxLength = 1_024

/** A list of structured fields (RFC 9651), `name;key=value;key=value, …`: parameters by name, without quotes. */
type Items = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * Returns the limit of requests in the fields `RateLimit` and `RateLimit-Policy`, as the drafts of the IETF
 * have had them (draft-ietf-httpapi-ratelimit-headers): `"default";r=50;t=30` since 08,
 * `limit=100, remaining=50, reset=30` in 07, three fields of their own before. Of several policies it is the
 * one that would be used up first.
 */
export function ratelimitFieldsOf(headers: Readonly<Record<string, string>>): RateLimit | undefined {
  const field = headers['ratelimit']
  const limitField = headers['ratelimit-limit']
  const remaining = headers['ratelimit-remaining']
  if ((field ?? limitField ?? remaining) === undefined) return undefined
  const policies = itemsOf(headers['ratelimit-policy'] ?? limitField)
  const items = itemsOf(field)
  const [first] = items.keys()
  if (first !== undefined && !first.includes('=')) return tightestOf(items, policies)
  const entries = new Map(Array.from(items.keys(), pairOf))
  const limit = entries.get('limit') ?? itemsOf(limitField).keys().next().value
  const words = {
    limit,
    remaining: entries.get('remaining') ?? remaining,
    reset: entries.get('reset') ?? headers['ratelimit-reset'],
    // Until draft 07 a policy had no name but its quota.
    windowMs: windowOf(policies.get(limit ?? '')),
  }
  return rateLimitFrom(words, headers['date'])
}

function tightestOf(items: Items, policies: Items): RateLimit | undefined {
  let tightest: RateLimit | undefined
  for (const [name, parameters] of items) {
    const policy = policies.get(name)
    if ((policy?.get('qu') ?? 'requests') !== 'requests') continue
    const words = { limit: policy?.get('q'), remaining: parameters.get('r'), reset: parameters.get('t') }
    tightest = tighter(tightest, rateLimitFrom({ ...words, windowMs: windowOf(policy) }, undefined))
  }
  return tightest
}

function windowOf(policy: ReadonlyMap<string, string> | undefined): number | undefined {
  const seconds = plainNumber(policy?.get('w'))
  return seconds === undefined ? undefined : seconds * 1_000
}

function itemsOf(field = ''): Items {
  const items = field === '' || field.length > maxLength ? [] : field.split(',')
  return new Map(
    items.map((item) => {
      const [name = '', ...parameters] = item.split(';')
      return [unquoted(name), new Map(parameters.map(pairOf))]
    }),
  )
}

function pairOf(text: string): [key: string, value: string] {
  const at = text.indexOf('=')
  return at === -1 ? [text.trim(), ''] : [text.slice(0, at).trim(), unquoted(text.slice(at + 1))]
}

function unquoted(text: string): string {
  const trimmed = text.trim()
  return trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"')
    ? trimmed.slice(1, -1)
    : trimmed
}
