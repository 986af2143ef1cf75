import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rateLimitsOf, type RateLimits } from '../../src/failure/rate-limit-headers.ts'
import { rfc3339Ms } from '../../src/failure/rfc3339.ts'

const date = 'Mon, 23 Nov 2026 21:00:00 GMT'
const dateSeconds = 1_795_467_600

type Row = readonly [what: string, headers: Readonly<Record<string, string>>, expected: RateLimits]

/** The headers of one family: limit, remaining and reset, where given. */
function family(names: string, limit?: string, remaining?: string, reset?: string): Record<string, string> {
  const values = Object.entries({ limit, remaining, reset })
  const given = values.filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(given.map(([part, value]) => [names.replace('*', part), value]))
}

const vendors: readonly Row[] = [
  [
    'OpenAI: Go durations',
    {
      ...family('x-ratelimit-*-requests', '5000', '4999', '12ms'),
      ...family('x-ratelimit-*-tokens', '160000', '159976', '9ms'),
      ...family('x-ratelimit-*-tokens_usage_based', '160000', '159976', '9ms'),
    },
    {
      requests: { limit: 5_000, remaining: 4_999, resetInMs: 12 },
      tokens: { limit: 160_000, remaining: 159_976, resetInMs: 9 },
    },
  ],
  [
    'OpenAI: minutes and seconds',
    {
      ...family('x-ratelimit-*-requests', '60', '59', '1s'),
      ...family('x-ratelimit-*-tokens', '150000', '149984', '6m0s'),
    },
    {
      requests: { limit: 60, remaining: 59, resetInMs: 1_000 },
      tokens: { limit: 150_000, remaining: 149_984, resetInMs: 360_000 },
    },
  ],
  [
    'OpenAI: a day used up',
    family('x-ratelimit-*-requests', '200', '0', '23h59m52.8s'),
    { requests: { limit: 200, remaining: 0, resetInMs: 86_392_800 } },
  ],
  [
    'Groq: requests of a day, tokens of a minute',
    {
      ...family('x-ratelimit-*-requests', '14400', '14370', '2m59.56s'),
      ...family('x-ratelimit-*-tokens', '18000', '17997', '7.66s'),
    },
    {
      requests: { limit: 14_400, remaining: 14_370, resetInMs: 179_560 },
      tokens: { limit: 18_000, remaining: 17_997, resetInMs: 7_660 },
    },
  ],
  [
    'Cerebras: windows in the names, seconds with fractions',
    {
      ...family('x-ratelimit-*-requests-day', '1000000000', '999997455', '33011.382867097855'),
      ...family('x-ratelimit-*-tokens-minute', '1000000000', '999998298', '11.382867097854614'),
    },
    {
      requests: {
        limit: 1e9,
        remaining: 999_997_455,
        resetInMs: 33_011_382.867097855,
        windowMs: 86_400_000,
      },
      tokens: { limit: 1e9, remaining: 999_998_298, resetInMs: 11_382.867097854614, windowMs: 60_000 },
    },
  ],
  [
    'Mistral: the 10 seconds are shorter than the minute, the month has plenty',
    {
      ...family('x-ratelimit-*-req-minute', '4', '3'),
      ...family('x-ratelimit-*-req-10-second', '2', '1'),
      ...family('x-ratelimit-*-tokens-minute', '5000000', '4999911'),
      ...family('x-ratelimit-*-tokens-month', '1000000000000', '999998798434'),
      'x-ratelimit-tokens-query-cost': '52',
    },
    {
      requests: { limit: 2, remaining: 1, windowMs: 10_000 },
      tokens: { limit: 5_000_000, remaining: 4_999_911, windowMs: 60_000 },
    },
  ],
  [
    'Mistral: the month is used up before the minute',
    {
      ...family('x-ratelimit-*-tokens-minute', '937500', '900000'),
      ...family('x-ratelimit-*-tokens-month', '1000000000', '12'),
    },
    { tokens: { limit: 1e9, remaining: 12, windowMs: 2_592_000_000 } },
  ],
  [
    'Mistral: by size, as it was',
    family('x-ratelimitbysize-*-minute', '500000', '499900'),
    { tokens: { limit: 500_000, remaining: 499_900, windowMs: 60_000 } },
  ],
  [
    'Together: requests and tokens per second',
    {
      ...family('x-ratelimit-*', '10', '9', '1'),
      ...family('x-tokenlimit-*', '3000', '2980'),
    },
    {
      requests: { limit: 10, remaining: 9, resetInMs: 1_000, windowMs: 1_000 },
      tokens: { limit: 3_000, remaining: 2_980, windowMs: 1_000 },
    },
  ],
  [
    'Fireworks: prompt and generated tokens per second',
    {
      ...family('x-ratelimit-*-tokens-prompt', '7200000', '7193993'),
      ...family('x-ratelimit-*-tokens-generated', '72000', '69338'),
      'x-ratelimit-over-limit': 'no',
    },
    {
      inputTokens: { limit: 7_200_000, remaining: 7_193_993, windowMs: 1_000 },
      outputTokens: { limit: 72_000, remaining: 69_338, windowMs: 1_000 },
    },
  ],
  [
    'Fireworks: limits only',
    {
      ...family('x-ratelimit-*-tokens-prompt', '500'),
      ...family('x-ratelimit-*-tokens-generated', '125'),
      'fireworks-prompt-tokens': '31',
    },
    { inputTokens: { limit: 500, windowMs: 1_000 }, outputTokens: { limit: 125, windowMs: 1_000 } },
  ],
  [
    'Anthropic: four dimensions, RFC 3339, one instant already past',
    {
      date: 'Mon, 24 Feb 2025 20:38:03 GMT',
      ...family('anthropic-ratelimit-requests-*', '4000', '3999', '2025-02-24T20:37:51Z'),
      ...family('anthropic-ratelimit-tokens-*', '480000', '470000', '2025-02-24T20:38:05Z'),
      ...family('anthropic-ratelimit-input-tokens-*', '400000', '391000', '2025-02-24T20:38:04Z'),
      ...family('anthropic-ratelimit-output-tokens-*', '80000', '79000', '2025-02-24T20:38:04Z'),
    },
    {
      requests: { limit: 4_000, remaining: 3_999, resetInMs: 0 },
      tokens: { limit: 480_000, remaining: 470_000, resetInMs: 2_000 },
      inputTokens: { limit: 400_000, remaining: 391_000, resetInMs: 1_000 },
      outputTokens: { limit: 80_000, remaining: 79_000, resetInMs: 1_000 },
    },
  ],
  [
    'Anthropic: requests used up',
    {
      date: 'Tue, 26 Mar 2024 19:59:59 GMT',
      ...family('anthropic-ratelimit-requests-*', '5', '0', '2024-03-26T20:00:00Z'),
      ...family('anthropic-ratelimit-tokens-*', '25000', '16000', '2024-03-26T20:00:00Z'),
    },
    {
      requests: { limit: 5, remaining: 0, resetInMs: 1_000 },
      tokens: { limit: 25_000, remaining: 16_000, resetInMs: 1_000 },
    },
  ],
  [
    'Anthropic: without a date its instants are unreadable',
    family('anthropic-ratelimit-requests-*', '5', '0', '2024-03-26T20:00:00Z'),
    { requests: { limit: 5, remaining: 0 } },
  ],
  [
    'OpenRouter: Unix time in milliseconds',
    { date, ...family('x-ratelimit-*', '20', '0', `${dateSeconds + 42}000`) },
    { requests: { limit: 20, remaining: 0, resetInMs: 42_000 } },
  ],
  [
    'Azure: it does not know',
    {
      ...family('x-ratelimit-*-requests', '-1', '-1', '0'),
      ...family('x-ratelimit-*-tokens', '-1', '-1', '0'),
    },
    {},
  ],
  [
    'Azure: zeros',
    {
      ...family('x-ratelimit-*-requests', '0', '0', '0'),
      ...family('x-ratelimit-*-tokens', '0', '-1', '0'),
    },
    {},
  ],
  [
    'Azure: remaining without a limit',
    {
      ...family('x-ratelimit-*-requests', undefined, '79'),
      ...family('x-ratelimit-*-tokens', undefined, '61353'),
    },
    { requests: { remaining: 79 }, tokens: { remaining: 61_353 } },
  ],
  [
    'Azure: plain seconds',
    family('x-ratelimit-*-tokens', '30000', '0', '55'),
    { tokens: { limit: 30_000, remaining: 0, resetInMs: 55_000 } },
  ],
  ['a provider without headers', { date, 'content-type': 'application/json', 'retry-after': '1' }, {}],
  ['no headers at all', {}, {}],
]

const ietf: readonly Row[] = [
  [
    'draft 03: three fields',
    family('ratelimit-*', '300', '280', '53'),
    { requests: { limit: 300, remaining: 280, resetInMs: 53_000 } },
  ],
  [
    'draft 05: windows in the limit',
    family('ratelimit-*', '100, 100;w=10, 1000;w=3600', '50', '5'),
    { requests: { limit: 100, remaining: 50, resetInMs: 5_000, windowMs: 10_000 } },
  ],
  [
    'draft 06: a policy beside it',
    { ...family('ratelimit-*', '100', '50', '50'), 'ratelimit-policy': '10;w=1, 100;w=60;comment="fixed"' },
    { requests: { limit: 100, remaining: 50, resetInMs: 50_000, windowMs: 60_000 } },
  ],
  [
    'draft 07: one field',
    { ratelimit: 'limit=100, remaining=50, reset=5', 'ratelimit-policy': '100;w=60' },
    { requests: { limit: 100, remaining: 50, resetInMs: 5_000, windowMs: 60_000 } },
  ],
  [
    'draft 08: named policies, the tighter one counts',
    {
      ratelimit: '"burst";r=50;t=30, "daily";r=7;t=36000',
      'ratelimit-policy': '"burst";q=100;w=60, "daily";q=1000;w=86400',
    },
    { requests: { limit: 1_000, remaining: 7, resetInMs: 36_000_000, windowMs: 86_400_000 } },
  ],
  [
    'draft 08: no policy',
    { ratelimit: '"default";r=50;t=30' },
    { requests: { remaining: 50, resetInMs: 30_000 } },
  ],
  [
    'draft 08: quotas of bytes and of concurrency are others',
    {
      ratelimit: '"bytes";r=1;t=30, "parallel";r=2, "default";r=3',
      'ratelimit-policy':
        '"bytes";q=9;qu="content-bytes", "parallel";q=9;qu="concurrent-requests", "default";q=9;w=60',
    },
    { requests: { limit: 9, remaining: 3, windowMs: 60_000 } },
  ],
  ['a policy alone', { 'ratelimit-policy': '"default";q=100;w=60' }, {}],
  ['words that are no numbers', { ratelimit: '"default";r=many;t=soon' }, {}],
  ['a field of 4 KB', { ratelimit: '"default";r=1;t=1,'.repeat(228) }, {}],
  ['separators only', { ratelimit: ',;=,,"";=;', 'ratelimit-policy': ';;;,', 'ratelimit-limit': ',' }, {}],
]

/** What follows from the reset of an otherwise usual answer. */
const resets: readonly (readonly [reset: string, resetInMs: number | undefined])[] = [
  ['0', 0],
  ['0s', 0],
  ['1', 1_000],
  ['0.25', 250],
  [' 7 ', 7_000],
  ['350ms', 350],
  ['1h2m3.5s', 3_723_500],
  ['12 seconds', 12_000],
  ['999999999', 86_400_000],
  ['48h0m0s', 86_400_000],
  [`${dateSeconds + 12}`, 12_000],
  [`${dateSeconds + 12}.5`, 12_500],
  [`${dateSeconds + 12}345`, 12_345],
  [`${dateSeconds - 12}`, 0],
  [`${dateSeconds + 1e8}`, 86_400_000],
  ['2026-11-23T21:00:12Z', 12_000],
  ['2026-11-23t21:00:12.5z', 12_500],
  ['2026-11-23 23:00:12+02:00', 12_000],
  ['2026-11-23T15:30:12.000000-05:30', 12_000],
  ['2025-01-01T00:00:00Z', 0],
  ['Mon, 23 Nov 2026 21:00:12 GMT', 12_000],
  ['999999999999999', undefined],
  ['-1', undefined],
  ['-6m0s', undefined],
  ['6m0s later', undefined],
  ['5 apples', undefined],
  ['1e3', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['', undefined],
  ['soon', undefined],
  ['1s, 2s', undefined],
  ['2026-11-23T21:00:12', undefined],
  ['2026-13-23T21:00:12Z', undefined],
  ['2026-11-23T21:00:12+24:00', undefined],
  ['9'.repeat(4_096), undefined],
  ['1s'.repeat(2_048) + 'x', undefined],
]

describe('rateLimitsOf', () => {
  test.each(vendors)('reads %s', (_what, headers, expected) => {
    expect(rateLimitsOf(headers)).toEqual(expected)
  })

  test.each(ietf)('reads the fields of the IETF: %s', (_what, headers, expected) => {
    expect(rateLimitsOf(headers)).toEqual(expected)
  })

  test.each(resets)('takes the reset "%s" as %s ms', (reset, resetInMs) => {
    const { requests } = rateLimitsOf({ date, ...family('x-ratelimit-*-requests', '60', '9', reset) })

    expect(requests?.resetInMs).toBe(resetInMs)
    expect(requests?.limit).toBe(60)
    expect(requests?.remaining).toBe(9)
  })

  test('measures instants against the answer’s own date, whatever the hour there', () => {
    const limits = family('x-ratelimit-*', '20', '0', `${dateSeconds}000`)

    expect(rateLimitsOf({ ...limits, date: 'Mon, 23 Nov 2026 19:00:00 GMT' }).requests?.resetInMs).toBe(
      7_200_000,
    )
    expect(rateLimitsOf({ ...limits, date: 'Mon, 23 Nov 2026 23:00:00 GMT' }).requests?.resetInMs).toBe(0)
    expect(rateLimitsOf({ ...limits, date: 'yesterday' }).requests).toEqual({ limit: 20, remaining: 0 })
  })

  test('knows the reset of a limit that it is told nothing else of', () => {
    expect(rateLimitsOf(family('x-ratelimit-*-tokens', undefined, undefined, '55'))).toEqual({
      tokens: { resetInMs: 55_000 },
    })
    expect(rateLimitsOf(family('x-ratelimit-*-tokens', undefined, undefined, '0'))).toEqual({})
  })

  test('never has more remaining than the limit', () => {
    expect(rateLimitsOf(family('x-ratelimit-*-tokens', '100', '250'))).toEqual({
      tokens: { limit: 100, remaining: 100 },
    })
  })

  test('keeps a limit whose rest is nonsense, and nothing beside a limit that is nonsense', () => {
    expect(rateLimitsOf(family('x-ratelimit-*-tokens', '100', 'few', 'soon'))).toEqual({
      tokens: { limit: 100 },
    })
    expect(rateLimitsOf(family('x-ratelimit-*-tokens', 'lots', '5', '1s'))).toEqual({})
    expect(rateLimitsOf(family('x-ratelimit-*-tokens', '20, 30', '5', '1s'))).toEqual({})
  })

  test('whatever the headers are, it returns and every number is within its bounds', () => {
    const names = fc.constantFrom(
      ...[...vendors, ...ietf].flatMap(([, headers]) => Object.keys(headers)),
      'date',
    )
    const value = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[0-9.eE+:;,="hmswrtq -]{0,40}$/),
      fc.double().map(String),
      fc.nat().map(String),
      fc.maxSafeInteger().map(String),
      fc.constantFrom(date, ...resets.map(([reset]) => reset), ...Object.values(ietf[6]?.[1] ?? {})),
    )
    fc.assert(
      fc.property(fc.dictionary(names, value, { maxKeys: 30 }), (headers) => {
        for (const said of Object.values(rateLimitsOf(headers))) {
          const { limit = 1, remaining = 0, resetInMs = 0, windowMs = 1_000 } = said
          const bounds = [
            [limit, 1, 1e12],
            [remaining, 0, said.limit ?? 1e12],
            [resetInMs, 0, 86_400_000],
            [windowMs, 1_000, 2_678_400_000],
          ] as const
          for (const [number, least, most] of bounds) expect(number >= least && number <= most).toBe(true)
        }
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('rfc3339Ms', () => {
  test('agrees with the calendar, whenever the timestamp is one', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59Z'),
          noInvalidDate: true,
        }),
        (date) => {
          expect(rfc3339Ms(date.toISOString())).toBeCloseTo(date.getTime(), 3)
        },
      ),
    )
  })
})
