import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from '../../src/failure/classify.ts'
import { scrub } from '../../src/failure/scrub.ts'

describe('scrub', () => {
  test.each([
    ['Incorrect API key provided: sk-proj-abc123DEF456.', 'Incorrect API key provided: [removed].'],
    ['bad key sk-ant-api03-a_b-c', 'bad key [removed]'],
    ['bad key gsk_abcdefgh', 'bad key [removed]'],
    ['bad key xai-abcdefgh', 'bad key [removed]'],
    ['bad key key-abcdefgh', 'bad key [removed]'],
    ['bad key AIzaSyA-1234', 'bad key [removed]'],
    ['your key: xa***YZ', 'your key: xa***YZ'],
    ['masked abcd****wxyz', 'masked [removed]'],
    ['header Authorization: Bearer abc.def.ghi failed', 'header Authorization: [removed] failed'],
    ['header authorization: Basic dXNlcjpw failed', 'header authorization: [removed] failed'],
    ['sent bearer tok, refused', 'sent bearer [removed], refused'],
    ['api_key=hunter22 is wrong', 'api_key=[removed] is wrong'],
    ['{"apiKey": "hunter22"}', '{"apiKey": "[removed]"}'],
    ['token=hunter22;password=hunter23', 'token=[removed];password=[removed]'],
    ['at https://user:hunter22@host.example/path?key=hunter23#part now', 'at https://host.example/path now'],
    ['at https://host.example?a=b', 'at https://host.example'],
    ['request 3fa85f64-5717-4562-b3fc-2c963f66afa6 failed', 'request [removed] failed'],
    ['id dGhpcyBpcyBhIHNlY3JldCBrZXk= failed', 'id [removed] failed'],
    ['sent Bearer auth-secretword here', 'sent Bearer [removed] here'],
    ["sent Bearer 'secretword' here", "sent Bearer '[removed]' here"],
    ['"client_secret": "hunter22"', '"client_secret": "[removed]"'],
    ['token eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln here', 'token [removed] here'],
    ['key 0123456789abcdef0123456789abcdef.AbCdEf0123456789', 'key [removed]'],
    ['the key isAKIAIOSFODNNEXAMPLEE', 'the key [removed]'],
    ['at https://user:pa/ss@host.example/x', 'at https://host.example/x'],
    ['at https://user:p?ss@host.example', 'at https://host.example'],
    ['at https://host.example:8080/path/@scope', 'at https://host.example:8080/path/@scope'],
  ])('turns "%s" into "%s"', (text, expected) => {
    expect(scrub(text)).toBe(expected)
  })

  test.each([
    'The model `gpt-4o-2024-08-06` does not exist or you do not have access to it.',
    'No endpoints found for meta-llama/Llama-3.3-70B-Instruct-Turbo.',
    'models/claude-sonnet-4-5-20250929 is not found',
    'accounts/fireworks/models/llama4-maverick-instruct-basic is gone',
    'Qwen3-Next-80B-A3B-Instruct-FP8 is loading',
    "This model's maximum context length is 128000 tokens.",
    "Unsupported value: 'temperature' does not support 0.2 with this model.",
    'max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens',
    'Unexpected token: < in JSON',
    'Missing bearer token',
    'Missing bearer token.',
    'Use bearer authentication',
    'A task-scheduling-service-of-ours failed',
    'Disk-based-storage-is-full',
    'Unknown key: risk-averse',
    'ResponsibleAIPolicyViolation',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ])('leaves "%s" as it is', (text) => {
    expect(scrub(text)).toBe(text)
  })

  test('keeps the first sentence of the first line', () => {
    expect(scrub('It failed. My prompt was this.')).toBe('It failed.')
    expect(scrub('\n\n  It failed\r\nMy prompt was this')).toBe('It failed')
    expect(scrub('Version 2.5 failed! Why')).toBe('Version 2.5 failed!')
  })

  test('removes control characters and terminal escapes', () => {
    expect(scrub('\u001b[31mred\u001b[0m and\u0000 \u0007bell\u202e\u200b')).toBe('red and bell')
  })

  test('drops quotations of more than a name, however short, and those that do not end', () => {
    const long = 'tell me about my private matters '.repeat(3)

    expect(scrub(`Invalid value: '${long}'. Expected text`)).toBe('Invalid value: ….')
    expect(scrub(`Got "${long}", not "text"`)).toBe('Got …, not "text"')
    expect(scrub(`Got “${long}” here`)).toBe('Got … here')
    expect(scrub(`Got \`${long}`)).toBe('Got …')
    expect(scrub(`Got 'it's ${long}' here`)).toBe('Got … here')
    expect(scrub("Expected an array, got 'tell me' instead")).toBe('Expected an array, got … instead')
    expect(scrub(`Got '${'x'.repeat(61)}'`)).toBe('Got …')
    expect(scrub("The model 'gpt-4o:free' has no 'messages[0].content'")).toBe(
      "The model 'gpt-4o:free' has no 'messages[0].content'",
    )
  })

  test('cuts at 300 characters, between characters', () => {
    expect(scrub('word '.repeat(100))).toHaveLength(300)
    expect(scrub('\u{1f600}'.repeat(300)).isWellFormed()).toBe(true)
  })

  const of = (characters: string, length: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...characters.split('')), minLength: length, maxLength: length })
  const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  const letters = `${upper}${upper.toLowerCase()}`
  const alphanumeric = `${letters}0123456789`
  const chance = (length: number): fc.Arbitrary<string> =>
    of(alphanumeric, length).filter((text) => /[0-9]/.test(text.slice(0, 20)) && /[A-Za-z]/.test(text))
  const prefixed = (prefix: string, length: number): fc.Arbitrary<string> =>
    chance(length).map((text) => prefix + text)
  /** Keys as long as they are issued. */
  const key = fc.oneof(
    prefixed('sk-', 48),
    prefixed('sk-proj-', 64),
    prefixed('sk-ant-api03-', 93),
    prefixed('sk-or-v1-', 64),
    prefixed('AIza', 35),
    prefixed('gsk_', 52),
    prefixed('xai-', 80),
    prefixed('hf_', 34),
    prefixed('pplx-', 48),
    of(`${upper}234567`, 16).map((text) => `AKIA${text}`),
    of('0123456789abcdef', 32).filter((text) => /[0-9]/.test(text) && /[a-f]/.test(text)),
    of(`${alphanumeric}-_`, 200).map(
      (text) => `eyJ${text.slice(0, 20)}.eyJ${text.slice(20, 150)}.${text.slice(150)}`,
    ),
    fc.tuple(of('0123456789abcdef', 32), chance(16)).map((parts) => parts.join('.')),
    chance(40),
    fc.uuid().filter((text) => /[a-f]/.test(text)),
  )
  const around = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom(...letters.split('')) }),
    fc.constantFrom(
      'key: ',
      'Authorization: Bearer ',
      'api_key=',
      '{"error":"',
      '(',
      '. ',
      '"}',
      "'",
      '://',
      '@',
      '\n',
    ),
  )

  test('never lets a key through, whatever stands before and behind it', () => {
    fc.assert(
      fc.property(around, key, around, (before, key, after) => {
        const text = scrub(`${before}${key}${after}`)

        expect(text).not.toContain(key)
        expect(text.length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 3_000 },
    )
  })

  test('never lets through what follows a bearer scheme, the name of a secret or the user of an address', () => {
    const opening = fc.constantFrom(
      'Bearer ',
      'bearer ',
      'Authorization: Basic ',
      'authorization=',
      'api_key=',
      'x-api-key: ',
      '"apiKey": "',
      'password=',
      '"client_secret":"',
      'token=',
      'https://user:',
      'https://h.example/?key=',
      'https://h.example/#',
    )
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...letters.split('')) })),
        opening,
        of(alphanumeric, 12),
        fc.constantFrom('', ' x', '"', ','),
        (before, opening, word, after) => {
          const end = opening.endsWith('user:') ? '@h.example' : ''

          expect(scrub(`${before}${opening}${word}${end}${after}`)).not.toContain(word)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('never lets a key into a failure', () => {
    fc.assert(
      fc.property(key, fc.constantFrom(400, 401, 403, 429, 500), (key, status) => {
        const error = { message: `Incorrect API key provided: ${key}. Look it up.`, code: key, type: key }
        const passedOn = { message: `litellm.APIError: XException - ${JSON.stringify({ error })}` }
        const head = { type: 'status', status, headers: {} } as const
        const failures = [
          classify({ ...head, body: JSON.stringify({ error }) }),
          classify({ ...head, body: JSON.stringify({ error }).slice(0, -2) }),
          classify({ ...head, body: JSON.stringify(passedOn) }),
          classify({
            ...head,
            body: JSON.stringify({ error: { code: 400, metadata: { raw: `denied: ${key}` } } }),
          }),
          classify({ ...head, body: `denied for ${key}` }),
          classify({ ...head, body: `<title>${key}</title>` }),
          classify({ ...head, body: '', headers: { 'x-amzn-errortype': key } }),
          classify({ ...head, body: '{}', headers: { 'x-amzn-errortype': key, 'retry-after': key } }),
          classify({ type: 'in-band', error, committed: true }),
          classify({ type: 'in-band', error: key, committed: true }),
          classify({ type: 'malformed', detail: `unexpected ${key}` }),
          classify({ type: 'incomplete', detail: `ended after ${key}` }),
          classify({ type: 'network', code: key, message: key, phase: 'sent' }),
        ]

        expect(JSON.stringify(failures)).not.toContain(key)
      }),
      { numRuns: 300 },
    )
  })

  test('never returns control characters, half characters or more than 300 characters, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
        const once = scrub(text)

        expect(once.length).toBeLessThanOrEqual(300)
        expect(/\p{Cc}/u.test(once)).toBe(false)
        expect(once.isWellFormed()).toBe(true)
      }),
    )
  })
})
