import { describe, expect, test } from 'vitest'
import { providerErrorOf, providerErrorOfValue } from '../../src/failure/provider-error.ts'

function messageOf(value: unknown): string {
  return providerErrorOfValue(value).message
}

function codesOf(error: object): readonly string[] {
  return providerErrorOfValue({ error: { message: 'No', ...error } }).codes
}

describe('a body', () => {
  test('of nothing but whitespace is blank', () => {
    expect(providerErrorOf(' \r\n\t')).toStrictEqual({ form: 'blank', message: '', codes: [] })
  })

  test.each([
    ['<html><title>502 Bad Gateway</title></html>', '502 Bad Gateway'],
    ['<HTML><TITLE>\nNo\n</TITLE></HTML>', '\nNo\n'],
    ['<title></title>', ''],
    ['<title>One</title><svg><title>Two</title></svg>', 'One'],
    ['<html>No title</html>', ''],
    ['<title>No end, and none of it is shown', ''],
    ['<p>No beginning</title>', ''],
    ['<p>No beginning</title><title>', ''],
    // In lower case this letter is two characters.
    ['<!-- İ --><title>502 Bad Gateway</title>', '502 Bad Gateway'],
    [`<p>${'x'.repeat(2_000)}</p><title>Too far</title>`, ''],
  ])('that is a page says its title: "%s"', (page, message) => {
    expect(providerErrorOf(page)).toStrictEqual({ form: 'html', message, codes: [] })
  })

  test('that is neither a page nor JSON is the message, up to 2,000 characters', () => {
    expect(providerErrorOf(' upstream failed\n')).toStrictEqual({
      form: 'text',
      message: 'upstream failed',
      codes: [],
    })
    expect(providerErrorOf('x'.repeat(2_001)).message).toBe('x'.repeat(2_000))
  })
})

describe('the message', () => {
  test.each([
    ['beside a string that is the code', { error: 'bad_code', message: 'The words' }, 'The words'],
    ['the error itself, where it is a string alone', { error: 'It went wrong' }, 'It went wrong'],
    ['of the error, and not the one beside it', { error: { message: 'inner' }, message: 'outer' }, 'inner'],
    ['beside the error, where it has none', { error: { code: 'x' }, message: 'outer' }, 'outer'],
    ['of the first of several', { errors: [{ message: 'one' }, { message: 'two' }] }, 'one'],
    ['a string of its own', 'No', 'No'],
    ['none', { error: { code: 'x' } }, ''],
  ])('is %s', (_what, value, message) => {
    expect(messageOf(value)).toBe(message)
  })

  test('has at most 2,000 characters', () => {
    expect(messageOf({ message: 'x'.repeat(2_001) })).toBe('x'.repeat(2_000))
  })

  test('passed on from another provider is read up to 65,536 characters', () => {
    const passedOn = (padding: number): string =>
      JSON.stringify({ error: { message: 'No', code: 'inner', padding: 'x'.repeat(padding) } })

    expect(providerErrorOfValue({ message: passedOn(60_000) })).toMatchObject({ message: 'No' })
    expect(providerErrorOfValue({ message: passedOn(65_536) }).codes).toEqual([])
  })
})

describe('the codes', () => {
  test.each([
    ['code', { code: 'x' }],
    ['type', { type: 'x' }],
    ['status', { status: 'x' }],
    ['__type', { __type: 'x' }],
    ['error_type', { error_type: 'x' }],
    ['reason', { reason: 'x' }],
    ['the code of an inner error', { innererror: { code: 'x' } }],
    ['the code of the details', { details: { error_code: 'x' } }],
    ['the code of the first of a list of details', { details: [{ error_code: 'x' }] }],
    ['the type of the metadata', { metadata: { error_type: 'x' } }],
    ['the provider’s code in the metadata', { metadata: { provider_code: 'x' } }],
    ['the source of a limit in the metadata', { metadata: { limit_source: 'x' } }],
    ['the code of the availability', { availability: { code: 'x' } }],
  ])('hold %s', (_where, error) => {
    expect(codesOf(error)).toEqual(['x'])
  })

  test('hold a string that stands for the error, unless it is a sentence', () => {
    expect(providerErrorOfValue({ error: 'bad_code', message: 'No' }).codes).toEqual(['bad_code'])
    expect(providerErrorOfValue({ error: 'It went wrong' }).codes).toEqual([])
  })

  test('are there once where the error has no envelope', () => {
    expect(providerErrorOfValue({ code: 'x', message: 'No' }).codes).toEqual(['x'])
  })

  test('hold the reasons of the first four details', () => {
    const details = ['one', 'two', 'three', 'four', 'five'].map((reason) => ({ reason }))

    expect(codesOf({ details })).toEqual(['one', 'two', 'three', 'four'])
  })

  test('are at most 16, each of at most 128 characters', () => {
    const places = ['code', 'type', 'status', '__type', 'error_type', 'reason'] as const
    const level = (of: string): object => Object.fromEntries(places.map((place) => [place, `${of} ${place}`]))
    const raw = JSON.stringify({ error: level('raw') })
    const { codes } = providerErrorOfValue({
      ...level('outer'),
      error: { ...level('inner'), metadata: { raw } },
    })

    expect(codes).toHaveLength(16)
    expect(codes[15]).toBe('raw __type')
    expect(codesOf({ code: 'x'.repeat(129) })).toEqual(['x'.repeat(128)])
  })
})

describe('the status', () => {
  test.each([
    [{ code: 429 }, 429],
    [{ code: '429' }, 429],
    [{ status: 429 }, 429],
    [{ http_status: 429 }, 429],
    [{ code: 'x', status: 'y', http_status: 503 }, 503],
    [{ code: 1_033, status: 503 }, 503],
    [{ code: 429.5, status: 503 }, 503],
    [{ code: 300 }, 300],
    [{ code: 599 }, 599],
    [{ code: 299 }, undefined],
    [{ code: 600 }, undefined],
    [{ code: 429.5 }, undefined],
    [{ code: '' }, undefined],
    [{}, undefined],
  ])('that %j names is %s', (error, status) => {
    expect(providerErrorOfValue({ error: { message: 'No', ...error } }).status).toBe(status)
  })

  test('is absent where there is none, and so is a delay', () => {
    expect(providerErrorOfValue({ message: 'No' })).toStrictEqual({ form: 'json', message: 'No', codes: [] })
  })
})

describe('the delay', () => {
  test.each([
    ['a detail', { details: [{ reason: 'x' }, { retryDelay: '34s' }] }, '34s'],
    ['retry_after', { retry_after: 7 }, 7],
    ['the availability', { availability: { retry_after: 8 } }, 8],
    ['an estimate', { estimated_time: 9.5 }, 9.5],
    ['nothing but a yes', { retry_after: true }, undefined],
  ])('is taken from %s', (_where, error, retryDelay) => {
    expect(providerErrorOfValue({ error }).retryDelay).toBe(retryDelay)
  })

  test('is looked for in the first eight details', () => {
    const details = (before: number): readonly object[] => [
      ...Array.from({ length: before }, () => ({})),
      { retryDelay: '34s' },
    ]

    expect(providerErrorOfValue({ error: { details: details(7) } }).retryDelay).toBe('34s')
    expect(providerErrorOfValue({ error: { details: details(8) } }).retryDelay).toBeUndefined()
  })
})
