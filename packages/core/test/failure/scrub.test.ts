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

  test('drops quotations of more than 60 characters, and those that do not end', () => {
    const long = 'tell me about my private matters '.repeat(3)

    expect(scrub(`Invalid value: '${long}'. Expected text`)).toBe('Invalid value: ….')
    expect(scrub(`Got "${long}", not "text"`)).toBe('Got …, not "text"')
    expect(scrub(`Got “${long}” here`)).toBe('Got … here')
    expect(scrub(`Got \`${long}`)).toBe('Got …')
    expect(scrub(`Got 'it's ${long}' here`)).toBe('Got … here')
    expect(scrub(`The model's "${'x '.repeat(30)}"`)).toBe(`The model's "${'x '.repeat(30)}"`)
  })

  test('cuts at 300 characters, between characters', () => {
    expect(scrub('word '.repeat(100))).toHaveLength(300)
    expect(scrub('\u{1f600}'.repeat(300)).isWellFormed()).toBe(true)
  })

  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('')
  const random = (minLength: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength: 64 })
  const secret = fc.oneof(
    fc
      .tuple(fc.constantFrom('sk-', 'sk-proj-', 'sk-ant-', 'key-', 'gsk_', 'xai-', 'AIza', 'hf_'), random(12))
      .map((parts) => parts.join('')),
    random(20).filter((text) => /[0-9]/.test(text) && /[A-Za-z]/.test(text)),
    fc.uuid().filter((text) => /[a-f]/.test(text)),
  )
  const around = fc.tuple(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        'key: ',
        'Authorization: Bearer ',
        'api_key=',
        '{"error":"',
        '(',
        'https://h.example/?key=',
      ),
    ),
    fc.oneof(fc.string(), fc.constantFrom('. Bye', '"}', ' ', ')', ', sorry')),
  )

  test('never lets a secret through, wherever it stands by itself', () => {
    fc.assert(
      fc.property(secret, around, (secret, [before, after]) => {
        const text = `${before.replace(/[A-Za-z0-9_-]$/, '$& ')}${secret}${after.replace(/^[A-Za-z0-9]/, ' $&')}`

        expect(scrub(text)).not.toContain(secret)
        expect(scrub(text).length).toBeLessThanOrEqual(300)
      }),
      { numRuns: 3_000 },
    )
  })

  test('never lets a secret into a failure', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(400, 401, 403, 429, 500), (secret, status) => {
        const error = {
          message: `Incorrect API key provided: ${secret}. Look it up.`,
          code: secret,
          type: secret,
        }
        const failures = [
          classify({ type: 'status', status, headers: {}, body: JSON.stringify({ error }) }),
          classify({ type: 'status', status, headers: {}, body: `denied for ${secret}` }),
          classify({ type: 'status', status, headers: {}, body: `<title>${secret}</title>` }),
          classify({ type: 'in-band', error, committed: true }),
          classify({ type: 'malformed', detail: `unexpected ${secret}` }),
          classify({ type: 'network', code: secret, message: secret, phase: 'sent' }),
        ]

        expect(JSON.stringify(failures)).not.toContain(secret)
      }),
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
