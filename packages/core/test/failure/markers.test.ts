import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from '../../src/failure/classify.ts'
import { errorWordsOf, isSaid } from '../../src/failure/error-words.ts'
import type { ErrorWords } from '../../src/failure/error-words.ts'
import type { Failure, FailureKind } from '../../src/failure/failure.ts'
import { quotingStatuses } from '../../src/failure/marker.ts'
import { markers } from '../../src/failure/markers.ts'
import { failurePolicies } from '../../src/failure/policies.ts'
import { providerErrorOf, providerErrorOfValue } from '../../src/failure/provider-error.ts'
import { statusInBand } from '../../src/failure/status-kinds.ts'
import { fixtures } from './fixtures/fixtures.ts'
import { inBandFixtures } from './fixtures/in-band.ts'

interface Said {
  readonly status: number
  readonly words: ErrorWords
}

const said: readonly Said[] = [
  ...fixtures.map(({ status, body, headers }) => {
    const error = providerErrorOf(typeof body === 'string' ? body : JSON.stringify(body))
    const exception = headers?.['x-amzn-errortype'] ?? ''
    return { status, words: errorWordsOf({ ...error, codes: [exception, ...error.codes] }) }
  }),
  ...inBandFixtures.map(({ error: value }) => {
    const error = providerErrorOfValue(value)
    return { status: statusInBand(error), words: errorWordsOf(error) }
  }),
]

function decidingOf({ status, words }: Said): (typeof markers)[number] | undefined {
  return markers.find((marker) => (marker.statuses?.includes(status) ?? true) && isSaid(marker, words))
}

function answer(status: number, error: object): Failure {
  return classify({ type: 'status', status, headers: {}, body: JSON.stringify({ error }) })
}

describe('markers', () => {
  test('are in lower case, and only codes and beginnings hold or gate where the request may be quoted', () => {
    for (const { where, statuses, kind, matches } of markers) {
      expect(matches.map((match) => match.toLowerCase())).toEqual(matches)
      if (where !== 'text' || failurePolicies[kind].state === 'none') continue
      expect(quotingStatuses.filter((status) => statuses?.includes(status) ?? true)).toEqual([])
    }
  })

  test.each(
    markers.flatMap((marker) => marker.matches.map((match) => [marker.kind, match, marker] as const)),
  )('%s: "%s" decides a fixture', (_kind, match, marker) => {
    const one = { ...marker, matches: [match] }

    expect(said.some((words) => decidingOf(words) === marker && isSaid(one, words.words))).toBe(true)
  })

  test('a star stands for one word', () => {
    const kindOf = (message: string): FailureKind => answer(400, { message }).kind

    expect(kindOf('Account acme is suspended')).toBe('quota-exhausted')
    expect(kindOf('Account acme inc is suspended')).toBe('invalid-request')
    expect(kindOf('Account acme')).toBe('invalid-request')
    expect(kindOf('Account ')).toBe('invalid-request')
  })
})

describe('a message that quotes the request', () => {
  /** What a request could say to have an error taken for another one. */
  const tempting = [
    ...fixtures.flatMap(
      ({ body }) => (JSON.stringify(body).match(/(?<="message":")[^"]+/g) ?? []) as readonly string[],
    ),
    ...markers.flatMap(({ matches }) => matches),
  ]
  const statuses = fc.constantFrom(400, 404, 413, 422)

  test('never closes a gate, places a hold or counts against health', () => {
    const opening = fc.constantFrom(
      "Invalid value: '",
      'Could not parse the argument: ',
      'messages[0].content: got "',
    )
    expect(tempting.length).toBeGreaterThan(300)
    fc.assert(
      fc.property(statuses, opening, fc.constantFrom(...tempting), (status, opening, echo) => {
        const message = `${opening}${echo}'`
        const plain = answer(status, { message: `${opening}hello'`, type: 'invalid_request_error' })
        const quoting = answer(status, { message, type: 'invalid_request_error' })
        const inBand = classify({ type: 'in-band', error: { message }, committed: false })

        expect(failurePolicies[quoting.kind].state).toBe('none')
        expect(failurePolicies[quoting.kind].health).toBeLessThanOrEqual(failurePolicies[plain.kind].health)
        expect(failurePolicies[inBand.kind].state).toBe('none')
      }),
      { numRuns: 2_000 },
    )
  })

  test('never means anything else whenever what it quotes is prose in quotation marks', () => {
    const marks = fc.constantFrom(['"', '"'], ["'", "'"], ['`', '`'], ['“', '”'], ['«', '»'])
    const unmarked = tempting.filter((text) => /\s/.test(text) && !/["'`“”«»‘’]/.test(text))

    expect(unmarked.length).toBeGreaterThan(200)
    fc.assert(
      fc.property(statuses, marks, fc.constantFrom(...unmarked), (status, [open = '', close = ''], echo) => {
        const message = (quoted: string): string => `Invalid role: ${open}${quoted}${close}, see the docs`

        expect(answer(status, { message: message(echo) }).kind).toBe(
          answer(status, { message: message('a b') }).kind,
        )
      }),
      { numRuns: 2_000 },
    )
  })

  test('is read where it names a parameter, or passes on what another provider said', () => {
    const kindOf = (message: string): FailureKind => answer(400, { message }).kind

    expect(kindOf("'tools' is not supported with this model")).toBe('parameter-unsupported')
    expect(kindOf('upstream said {"message": "maximum context length is 5"}')).toBe('context-exceeded')
    expect(kindOf('upstream said "maximum context length is 5"')).toBe('invalid-request')
  })
})

describe('an error in a 200 that names no status', () => {
  test.each([
    ['RESOURCE_EXHAUSTED', 'rate-limited'],
    ['INVALID_ARGUMENT', 'invalid-request'],
    ['FAILED_PRECONDITION', 'invalid-request'],
    ['UNAUTHENTICATED', 'credential-rejected'],
    ['PERMISSION_DENIED', 'credential-rejected'],
    ['NOT_FOUND', 'misconfigured'],
    ['UNAVAILABLE', 'overloaded'],
    ['invalid_prompt', 'invalid-request'],
    ['bad_request_error', 'invalid-request'],
    ['BadRequest', 'invalid-request'],
    ['validationException', 'invalid-request'],
    ['Unauthorized', 'credential-rejected'],
    ['accessDeniedException', 'credential-rejected'],
    ['forbidden', 'credential-rejected'],
    ['billing', 'quota-exhausted'],
    ['payment_required', 'quota-exhausted'],
    ['NotFoundError', 'misconfigured'],
    ['body_too_large', 'payload-too-large'],
    ['unprocessable_entity', 'invalid-request'],
    ['conflict', 'conflict'],
    ['gateway_timeout', 'server-error'],
    ['provider_unavailable', 'server-error'],
    ['whatever', 'server-error'],
  ] as const)('is told by its code: %s is %s', (code, kind) => {
    expect(classify({ type: 'in-band', error: { code, message: 'x' }, committed: false }).kind).toBe(kind)
  })
})
