import { type RateLimit, rateLimitFrom, tighter } from './rate-limit.ts'
import { ratelimitFieldsOf } from './ratelimit-fields.ts'

/** What a provider limits. */
export type LimitedDimension = 'requests' | 'tokens' | 'inputTokens' | 'outputTokens'

/** A provider's limits as an answer states them. `tokens` are those of prompt and output together. */
export type RateLimits = Readonly<Partial<Record<LimitedDimension, RateLimit>>>

/** The three headers of a limit: a `*` stands for `limit`, `remaining` or `reset`. */
interface Family {
  readonly limit: string
  readonly remaining: string
  readonly reset: string
  readonly windowMs?: number
}

const second = 1_000
const minute = 60_000
const hour = 3_600_000
const day = 86_400_000
const month = 30 * day

/**
 * The families by dimension, shorter windows first. Unmarked: OpenAI, Groq, Azure, and those that speak like
 * them. Sources: the providers' documentation and answers.
 */
const families: readonly (readonly [LimitedDimension, readonly Family[]])[] = [
  [
    'requests',
    [
      family('x-ratelimit-*-req-10-second', 10 * second), // Mistral
      family('x-ratelimit-*-req-minute', minute), // Mistral
      family('x-ratelimit-*-requests-minute', minute), // Cerebras
      family('x-ratelimit-*-requests'),
      family('x-ratelimit-*-requests-hour', hour),
      family('x-ratelimit-*-requests-day', day),
      family('anthropic-ratelimit-requests-*'),
    ],
  ],
  [
    'tokens',
    [
      family('x-tokenlimit-*', second), // Together
      family('x-ratelimit-*-tokens-minute', minute), // Cerebras, Mistral
      family('x-ratelimitbysize-*-minute', minute), // Mistral, formerly
      family('x-ratelimit-*-tokens'),
      family('x-ratelimit-*-tokens-hour', hour),
      family('x-ratelimit-*-tokens-day', day),
      family('x-ratelimit-*-tokens-month', month),
      family('anthropic-ratelimit-tokens-*'),
    ],
  ],
  [
    'inputTokens',
    [
      family('x-ratelimit-*-tokens-prompt', second), // Fireworks
      family('anthropic-ratelimit-input-tokens-*'),
    ],
  ],
  [
    'outputTokens',
    [
      family('x-ratelimit-*-tokens-generated', second), // Fireworks
      family('anthropic-ratelimit-output-tokens-*'),
    ],
  ],
]

const unnamed = family('x-ratelimit-*')
const unnamedPerSecond = family('x-ratelimit-*', second)

/**
 * Returns the limits that an answer's headers state; their names are in lower case, their values from anyone.
 * Of several windows of a dimension it is the one that would be used up first. Instants are measured against
 * the answer's own `date`, so that no clock need be right; without one they are unreadable.
 */
export function rateLimitsOf(headers: Readonly<Record<string, string>>): RateLimits {
  const limits: Partial<Record<LimitedDimension, RateLimit>> = {}
  for (const [dimension, ofDimension] of families) {
    let tightest: RateLimit | undefined
    for (const family of ofDimension) tightest = tighter(tightest, readFamily(headers, family))
    if (tightest !== undefined) limits[dimension] = tightest
  }
  // Who also limits tokens without naming a window (Together) counts both per second; OpenRouter does neither.
  const perSecond = headers['x-tokenlimit-limit'] !== undefined
  const bare = readFamily(headers, perSecond ? unnamedPerSecond : unnamed)
  const requests = tighter(tighter(limits.requests, bare), ratelimitFieldsOf(headers))
  return requests === undefined ? limits : { ...limits, requests }
}

function readFamily(headers: Readonly<Record<string, string>>, family: Family): RateLimit | undefined {
  const limit = headers[family.limit]
  const remaining = headers[family.remaining]
  const reset = headers[family.reset]
  if ((limit ?? remaining ?? reset) === undefined) return undefined
  return rateLimitFrom({ limit, remaining, reset, windowMs: family.windowMs }, headers['date'])
}

function family(names: string, windowMs?: number): Family {
  const [before = '', after = ''] = names.split('*')
  const name = (part: string): string => before + part + after
  return {
    limit: name('limit'),
    remaining: name('remaining'),
    reset: name('reset'),
    ...(windowMs !== undefined && { windowMs }),
  }
}
