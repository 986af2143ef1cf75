import { describe, expect, test } from 'vitest'
import { classify } from '../../src/failure/classify.ts'
import type { Failure, FailureKind } from '../../src/failure/failure.ts'
import { failurePolicies } from '../../src/failure/policies.ts'
import { fixtures } from './fixtures/fixtures.ts'
import { inBandFixtures } from './fixtures/in-band.ts'
import type { Fixture } from './fixtures/fixture.ts'

const kinds = Object.keys(failurePolicies)

function status(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Failure {
  return classify({
    type: 'status',
    status,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

function failureOf({ status: code, body, headers }: Fixture): Failure {
  return status(code, body, headers)
}

describe('an answer with an error', () => {
  test.each(fixtures)('$name is $kind', (fixture) => {
    const failure = failureOf(fixture)

    expect(failure.kind).toBe(fixture.kind)
    expect(failure.retryAfterMs).toBe(fixture.retryAfterMs)
    expect(failure.status).toBe(fixture.status)
  })

  test('fixtures have names of their own and cover every kind that a status can mean', () => {
    const without: readonly FailureKind[] = [
      'unreachable',
      'out-of-resources',
      'connection-lost',
      'stalled',
      'deadline-exceeded',
      'empty-response',
      'incomplete-answer',
      'aborted',
    ]

    expect(new Set(fixtures.map((fixture) => fixture.name)).size).toBe(fixtures.length)
    expect([...new Set(fixtures.map((fixture) => fixture.kind))].sort()).toEqual(
      kinds.filter((kind) => !without.some((one) => one === kind)).sort(),
    )
  })

  test('says the status and the first sentence of the message', () => {
    expect(status(429, { error: { message: 'Too fast. Slow down.', code: 'rate_limit_exceeded' } })).toEqual({
      kind: 'rate-limited',
      status: 429,
      code: 'rate_limit_exceeded',
      message: 'status 429: Too fast.',
    })
  })

  test('says the status alone where there is no body, and the code where there is no message', () => {
    expect(status(502, '').message).toBe('status 502')
    expect(status(502, { code: 'bad_backend' }).message).toBe('status 502: bad_backend')
    expect(status(502, {}).message).toBe('status 502: an error without a message')
  })

  test('takes the exception of Amazon from its header', () => {
    const failure = status(
      429,
      { message: 'Wait' },
      { 'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/' },
    )

    expect(failure).toEqual({
      kind: 'rate-limited',
      status: 429,
      code: 'ThrottlingException',
      message: 'status 429: Wait',
    })
  })

  test('names an exception of short words, which looks like chance', () => {
    const failure = status(429, { message: 'Wait' }, { 'x-amzn-errortype': 'ModelNotReadyException' })

    expect(failure.code).toBe('ModelNotReadyException')
  })

  test('takes no more of a header than the name of an exception can be', () => {
    const failure = status(
      400,
      { message: 'x' },
      { 'x-amzn-errortype': `Long${' '.repeat(200)}ThrottlingException` },
    )

    expect(failure).toMatchObject({ kind: 'invalid-request', code: 'Long' })
  })

  test('says the title of a page and nothing else of it', () => {
    expect(status(502, '<html><title>502 Bad Gateway</title><body>secret</body></html>').message).toBe(
      'status 502: 502 Bad Gateway',
    )
  })

  test('says the text of a body that is no JSON, also where it has brackets', () => {
    expect(status(502, 'upstream [edge-1] failed').message).toBe('status 502: upstream [edge-1] failed')
    expect(status(502, { message: '[edge-1] failed' }).message).toBe('status 502: [edge-1] failed')
  })

  test('has no time to wait where none is given', () => {
    expect(status(502, '')).toStrictEqual({ kind: 'server-error', status: 502, message: 'status 502' })
  })

  test('does not show JSON that was cut off, which may hold the request', () => {
    const body = JSON.stringify({ detail: [{ input: 'my private prompt' }] }).slice(0, -4)

    expect(status(422, body).message).toBe('status 422: an error without a message')
  })

  test('reads the first 65,536 characters of a body', () => {
    const padded = { padding: 'x'.repeat(70_000), error: { code: 'insufficient_quota' } }

    expect(status(429, { ...padded, padding: 'x'.repeat(1_000) }).kind).toBe('quota-exhausted')
    expect(status(429, padded).kind).toBe('rate-limited')
  })

  test('does not show the input that a validation error repeats beside its message', () => {
    const failure = status(422, { detail: [{ msg: 'Field required', input: 'my private prompt' }] })

    expect(failure.message).toBe('status 422: Field required')
  })
})

describe('an error in a 200', () => {
  test('fixtures have names of their own', () => {
    expect(new Set(inBandFixtures.map((fixture) => fixture.name)).size).toBe(inBandFixtures.length)
  })

  test.each(inBandFixtures)('$name is $kind', ({ error, kind, retryAfterMs }) => {
    const failure = classify({ type: 'in-band', error, committed: false })

    expect(failure.kind).toBe(kind)
    expect(failure.retryAfterMs).toBe(retryAfterMs)
    expect(failure.status).toBeUndefined()
  })
})

describe('an error of the network', () => {
  const network = (code: string, phase: 'connecting' | 'sent' | 'receiving'): FailureKind =>
    classify({ type: 'network', code, message: 'connect to 10.0.0.1:443', phase }).kind

  test.each([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ECONNRESET',
    'EPIPE',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_SOCKET',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'WHATEVER',
  ])('%s while connecting is unreachable', (code) => {
    expect(network(code, 'connecting')).toBe('unreachable')
  })

  test.each([
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'UND_ERR_SOCKET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'WHATEVER',
    '',
  ])('"%s" is a lost connection before a response, an incomplete answer during it', (code) => {
    expect(network(code, 'sent')).toBe('connection-lost')
    expect(network(code, 'receiving')).toBe('incomplete-answer')
  })

  test.each([
    ['ECONNREFUSED', 'sent', 'unreachable'],
    ['CERT_HAS_EXPIRED', 'sent', 'unreachable'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'sent', 'unreachable'],
    ['UND_ERR_HEADERS_TIMEOUT', 'sent', 'first-token-timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'receiving', 'stalled'],
    ['UND_ERR_HEADERS_OVERFLOW', 'sent', 'malformed-response'],
    ['HPE_INVALID_CONSTANT', 'sent', 'malformed-response'],
    ['HPE_INVALID_CHUNK_SIZE', 'receiving', 'incomplete-answer'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'receiving', 'malformed-response'],
    ['ERR_ASSERTION', 'sent', 'malformed-response'],
    ['UND_ERR_ABORTED', 'receiving', 'aborted'],
    ['constructor', 'sent', 'connection-lost'],
  ] as const)('%s (%s) is %s', (code, phase, kind) => {
    expect(network(code, phase)).toBe(kind)
  })

  test('is told by its code and never by its message, which names addresses', () => {
    expect(
      classify({
        type: 'network',
        code: 'ECONNREFUSED',
        message: 'connect 10.0.0.1:443',
        phase: 'connecting',
      }),
    ).toEqual({ kind: 'unreachable', code: 'ECONNREFUSED', message: 'ECONNREFUSED while connecting' })
  })
})

describe('other evidence', () => {
  test('says what is known of an error of the network without a code, or in a phase that is none of ours', () => {
    const network = { type: 'network', message: 'x' } as const

    expect(classify({ ...network, code: '', phase: 'sent' }).message).toBe('network error before a response')
    expect(classify({ ...network, code: 'EWHAT', phase: 'resting' as 'sent' })).toEqual({
      kind: 'unknown',
      code: 'EWHAT',
      message: 'EWHAT',
    })
  })

  test('is unknown where the timer is none of ours', () => {
    expect(classify({ type: 'timeout', timer: 'egg' as 'idle', afterMs: 5_000 }).kind).toBe('unknown')
  })

  test.each([
    ['connect', 'unreachable', 'no connection within 5000 ms'],
    ['first-token', 'first-token-timeout', 'no first token within 5000 ms'],
    ['idle', 'stalled', 'no content for 5000 ms'],
    ['deadline', 'deadline-exceeded', 'deadline passed after 5000 ms'],
  ] as const)('the %s timer means %s', (timer, kind, message) => {
    expect(classify({ type: 'timeout', timer, afterMs: 5_000 })).toEqual({ kind, message })
  })

  test('an answer that is none is malformed, empty or incomplete', () => {
    expect(classify({ type: 'malformed', detail: 'choices is missing' })).toEqual({
      kind: 'malformed-response',
      message: 'malformed response: choices is missing',
    })
    expect(classify({ type: 'empty' }).kind).toBe('empty-response')
    expect(classify({ type: 'incomplete', detail: 'no finish reason' })).toEqual({
      kind: 'incomplete-answer',
      message: 'incomplete answer: no finish reason',
    })
  })
})
