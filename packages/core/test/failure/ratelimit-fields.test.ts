import { expect, test } from 'vitest'
import type { RateLimit } from '../../src/failure/rate-limit.ts'
import { ratelimitFieldsOf } from '../../src/failure/ratelimit-fields.ts'

type Headers = Readonly<Record<string, string>>

const rows: readonly (readonly [what: string, headers: Headers, expected: RateLimit | undefined])[] = [
  [
    'takes the quotes from a value',
    { ratelimit: '"default";r="50"', 'ratelimit-policy': '"default";q="100";qu="requests";w="60"' },
    { limit: 100, remaining: 50, windowMs: 60_000 },
  ],
  ['reads no value that only begins with a quote', { ratelimit: '"default";r="50' }, undefined],
  ['reads no value that only ends with a quote', { ratelimit: '"default";r=50"' }, undefined],
  ['reads no value that is a quote', { ratelimit: '"default";r="' }, undefined],
  [
    'passes over whitespace around names and values',
    {
      ratelimit: ' "default" ; r = 50 ; t = 30 ',
      'ratelimit-policy': ' "default" ; q = 100 ; qu = "requests" ; w = 60 ',
    },
    { limit: 100, remaining: 50, resetInMs: 30_000, windowMs: 60_000 },
  ],
  [
    'passes over a parameter without a value, whatever it is called',
    { ratelimit: '"default";r=50;rx;t=30;tx' },
    { remaining: 50, resetInMs: 30_000 },
  ],
  [
    'takes no quota whose unit is not said for one of requests',
    { ratelimit: '"default";r=50', 'ratelimit-policy': '"default";q=100; qu ' },
    undefined,
  ],
  [
    'takes a name for the same with and without quotes',
    { ratelimit: 'default;r=50', 'ratelimit-policy': '"default";q=100' },
    { limit: 100, remaining: 50 },
  ],
  ['says nothing where only a reset is given', { 'ratelimit-reset': '30' }, undefined],
  [
    'measures an instant against the answer’s own date',
    {
      date: 'Mon, 23 Nov 2026 21:00:00 GMT',
      'ratelimit-remaining': '0',
      'ratelimit-reset': 'Mon, 23 Nov 2026 21:00:12 GMT',
    },
    { remaining: 0, resetInMs: 12_000 },
  ],
  [
    'takes what one field leaves out from the fields of the older drafts',
    { ratelimit: 'limit=100', 'ratelimit-remaining': '50', 'ratelimit-reset': '30' },
    { limit: 100, remaining: 50, resetInMs: 30_000 },
  ],
]

test.each(rows)('ratelimitFieldsOf %s', (_what, headers, expected) => {
  expect(ratelimitFieldsOf(headers)).toEqual(expected)
})

test('a field of 1,024 characters is read, and a longer one is not', () => {
  const ratelimit = '"default";r=50'

  expect(ratelimitFieldsOf({ ratelimit: ratelimit.padEnd(1_024) })).toEqual({ remaining: 50 })
  expect(ratelimitFieldsOf({ ratelimit: ratelimit.padEnd(1_025) })).toBeUndefined()
})
