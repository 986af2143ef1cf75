import { expect, test } from 'vitest'
import { classify } from '../../src/failure/classify.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { failurePolicies } from '../../src/failure/policies.ts'
import type { FailurePolicy } from '../../src/failure/policies.ts'
import { anthropic, google, openai, openrouter } from './fixtures/fixture.ts'

/** What follows from a failure: next step, weight against health, state, status for the caller. */
type Consequence = readonly [
  next: FailurePolicy['next'],
  health: FailurePolicy['health'],
  state: 'none' | 'gate' | 'hold key' | 'hold model',
  clientStatus: number,
]

type Fault = readonly [number: number, what: string, answers: readonly Answer[], consequence: Consequence]
type Answer = readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>]

const page = (title: string): string => `<html><head><title>${title}</title></head></html>`
const wait = { 'retry-after': '7' }

/**
 * The faults of status codes, by the numbers of the fault catalogue. Where the caller is told another status than the provider sent,
 * it is that of the kind: one meaning, one status, whoever sent it.
 */
const faults: readonly Fault[] = [
  [39, 'malformed request', [[400, openai('We could not parse the JSON body.')]], ['stop', 0, 'none', 400]],
  [40, 'parameter', [[400, openai('No', 'unsupported_parameter')]], ['failover', 0, 'none', 400]],
  [41, 'window', [[400, openai('No', 'context_length_exceeded')]], ['failover', 0, 'none', 400]],
  [42, 'content policy', [[400, openai('No', 'content_filter')]], ['stop', 0, 'none', 400]],
  [
    43,
    'spend limit as a 400',
    [[400, anthropic('invalid_request_error', 'You have reached your specified API usage limits.')]],
    ['failover', 0, 'hold key', 402],
  ],
  [
    44,
    'key as a 400',
    [[400, google(400, 'INVALID_ARGUMENT', 'No', [{ reason: 'API_KEY_INVALID' }])]],
    ['failover', 0, 'hold key', 502],
  ],
  [45, 'key', [[401, openai('No', 'invalid_api_key')]], ['failover', 0, 'hold key', 502]],
  [
    46,
    'address',
    [[401, openai('Your IP is not authorized.', 'ip_not_authorized')]],
    ['failover', 0, 'hold key', 502],
  ],
  [47, 'balance', [[402, openai('Insufficient Balance')]], ['failover', 0, 'hold key', 402]],
  [48, 'balance of requests under way', [[402, openrouter(402, 'Busy'), wait]], ['failover', 0, 'gate', 429]],
  [
    49,
    'region',
    [[403, openai('No', 'unsupported_country_region_territory')]],
    ['failover', 0, 'hold model', 502],
  ],
  [
    49,
    'permission',
    [[403, google(403, 'PERMISSION_DENIED', 'The caller does not have permission')]],
    ['failover', 0, 'hold key', 502],
  ],
  // For the caller there is no such model, as in 53.
  [
    49,
    'permission for the model',
    [
      [
        403,
        anthropic('permission_error', 'Your API key does not have permission to use the specified resource.'),
      ],
    ],
    ['failover', 0, 'hold model', 404],
  ],
  [
    50,
    'window as a 403',
    [[403, openai('Input token count + max_tokens parameter must be less than the context length')]],
    ['failover', 0, 'none', 400],
  ],
  [
    51,
    'moderation as a 403',
    [[403, openrouter(403, 'Flagged', { flagged_input: 'x' })]],
    ['stop', 0, 'none', 400],
  ],
  [52, 'page of a firewall', [[403, page('Attention Required!')]], ['failover', 1, 'none', 502]],
  [53, 'model', [[404, openai('No', 'model_not_found')]], ['failover', 0, 'hold model', 404]],
  [54, 'path', [[404, page('404')], [404, '404 page not found'], [404]], ['failover', 1, 'none', 502]],
  [55, 'method and media type', [[405], [406], [415]], ['failover', 1, 'none', 502]],
  [56, 'timeout', [[408]], ['failover', 1, 'none', 504]],
  [57, 'conflict', [[409, anthropic('conflict_error', 'Conflict')]], ['failover', 0, 'none', 409]],
  [58, 'model gone', [[410]], ['failover', 0, 'hold model', 404]],
  [59, 'body too large', [[413, openai('Request body too large')]], ['failover', 0, 'none', 413]],
  // Neither a gate nor a 429: such a request is refused at any time, and smaller ones are served meanwhile.
  [
    60,
    'above the limit of a minute',
    [
      [
        413,
        openai(
          'Request too large for model `x` on tokens per minute (TPM): Limit 12000, Requested 14137',
          'rate_limit_exceeded',
          'tokens',
        ),
      ],
    ],
    ['failover', 0, 'none', 413],
  ],
  [
    60,
    'a 413 for the limit of a minute',
    [[413, openai('No', 'rate_limit_exceeded', 'tokens')]],
    ['failover', 0, 'gate', 429],
  ],
  [61, 'window without a word', [[400], [413]], ['failover', 0, 'none', 400]],
  [62, 'odd refusals', [[421], [425], [426], [428], [431]], ['failover', 1, 'none', 502]],
  [63, 'validation', [[422, { detail: [{ msg: 'Field required' }] }]], ['stop', 0, 'none', 400]],
  [
    63,
    'validation of a parameter',
    [[422, { detail: [{ type: 'extra_forbidden', msg: 'No' }] }]],
    ['failover', 0, 'none', 400],
  ],
  [64, 'dependency', [[424]], ['failover', 1, 'none', 502]],
  [65, 'rate limit', [[429, openai('No', 'rate_limit_exceeded'), wait]], ['failover', 0, 'gate', 429]],
  // A 402, which clients do not retry.
  [
    66,
    'quota',
    [
      [429, openai('No', 'insufficient_quota')],
      [429, openai('No', 'credit_balance_exhausted')],
    ],
    ['failover', 0, 'hold key', 402],
  ],
  [67, 'ramp', [[429, openai('No', 'slow_down')]], ['failover', 0, 'gate', 429]],
  [
    68,
    'enforced spend limit',
    [[429, anthropic('rate_limit_error', 'No', { details: { error_code: 'enforced_spend_limit_reached' } })]],
    ['failover', 0, 'hold key', 402],
  ],
  [
    69,
    'quota of a minute or a day',
    [[429, google(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', [{ retryDelay: '34s' }])]],
    ['failover', 0, 'gate', 429],
  ],
  [
    70,
    'model not ready',
    [[429, { message: 'No' }, { 'x-amzn-errortype': 'ModelNotReadyException' }]],
    ['failover', 0, 'gate', 429],
  ],
  [71, 'legal', [[451]], ['stop', 0, 'none', 400]],
  [72, 'flex capacity', [[498, openai('No', 'capacity_exceeded')]], ['failover', 0, 'gate', 429]],
  [73, 'cancelled by somebody else', [[499]], ['failover', 1, 'none', 502]],
  [74, 'failed', [[500, openai('Oops', null, 'server_error')]], ['failover', 1, 'none', 502]],
  [75, 'not implemented', [[501], [505]], ['failover', 1, 'none', 502]],
  [
    76,
    'gateway',
    [
      [502, page('502 Bad Gateway')],
      [504, 'upstream request timeout'],
    ],
    ['failover', 1, 'none', 502],
  ],
  // Half a failure, as of a 529: the provider works, though not for us now.
  [
    77,
    'overloaded',
    [
      [503, '', wait],
      [503, openai('No', 'server_is_overloaded')],
    ],
    ['failover', 0.5, 'gate', 503],
  ],
  [
    78,
    'pages of an edge',
    [520, 521, 522, 523, 525, 526, 527].map((status) => [status, page('Error')] as const),
    ['failover', 1, 'none', 502],
  ],
  [79, 'timeout at an edge', [[524, page('A timeout occurred')]], ['failover', 1, 'none', 504]],
  [
    80,
    'overloaded as a 529',
    [[529, anthropic('overloaded_error', 'Overloaded')]],
    ['failover', 0.5, 'gate', 503],
  ],
  [81, 'edge and network', [[530, 'error code: 1033'], [598], [599]], ['failover', 1, 'none', 502]],
]

function failureOf([status, body = '', headers = {}]: Answer): Failure {
  return classify({
    type: 'status',
    status,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

test.each(faults)('fault %i, %s', (_number, _what, answers, consequence) => {
  for (const answer of answers) {
    const { next, health, state, holdScope, client } = failurePolicies[failureOf(answer).kind]

    expect([next, health, state === 'hold' ? `hold ${holdScope}` : state, client.status]).toEqual(consequence)
  }
})

test('every fault of a status code is there', () => {
  expect([...new Set(faults.map(([number]) => number))]).toEqual(Array.from({ length: 43 }, (_, i) => 39 + i))
})

test('what may have been billed counts as billed where the provider worked, and never where it refused', () => {
  const billing = (...answer: Answer): string => failurePolicies[failureOf(answer).kind].billing

  for (const status of [408, 500, 502, 504, 524]) expect(billing(status)).toBe('assumed')
  for (const status of [400, 401, 402, 403, 404, 405, 409, 413, 422, 429, 503, 529])
    expect(billing(status, { message: 'x' })).toBe('free')
})

/** Faults of Retry-After, by the numbers of the fault catalogue; all with a 429. */
test.each([
  [82, '7', undefined, 7_000],
  [83, 'Mon, 23 Nov 2026 21:00:30 GMT', 'Mon, 23 Nov 2026 21:00:00 GMT', 30_000],
  [83, 'Mon, 23 Nov 2026 21:00:30 GMT', 'Mon, 23 Nov 2026 19:00:30 GMT', 3_600_000],
  [84, 'Mon, 23 Nov 2026 20:00:00 GMT', 'Mon, 23 Nov 2026 21:00:00 GMT', 0],
  [84, '0', undefined, 0],
  [84, '-7', undefined, undefined],
  [84, '1000000000', undefined, 3_600_000],
  [84, 'abc', undefined, undefined],
  [84, '', undefined, undefined],
  [84, '7'.repeat(4_096), undefined, undefined],
  [84, '7, 8', undefined, undefined],
] as const)('fault %i: "%s" at "%s" is %s ms', (_number, value, date, expected) => {
  const headers = { 'retry-after': value, ...(date !== undefined && { date }) }

  expect(failureOf([429, '', headers]).retryAfterMs).toBe(expected)
})

test('faults 85 and 86: milliseconds win over seconds, and the body counts where no header does', () => {
  const body = google(429, 'RESOURCE_EXHAUSTED', 'No', [{ retryDelay: '34s' }])

  expect(failureOf([429, '', { ...wait, 'retry-after-ms': '1250' }]).retryAfterMs).toBe(1_250)
  expect(failureOf([429, '', { ...wait, 'x-ms-retry-after-ms': '1300' }]).retryAfterMs).toBe(1_300)
  expect(failureOf([429, body]).retryAfterMs).toBe(34_000)
  expect(failureOf([429, body, wait]).retryAfterMs).toBe(7_000)
  expect(failureOf([429, openai('Please try again in 4.77s.')]).retryAfterMs).toBe(4_770)
})
