import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clipped, scrub } from '../../src/failure/scrub.ts'

describe('scrub removes a secret', () => {
  test.each([
    ['apikey: hunter22 is wrong', 'apikey: [removed] is wrong'],
    ['api_key:hunter22 is wrong', 'api_key:[removed] is wrong'],
    ['api_key: "hunter22"', 'api_key: "[removed]"'],
    ['{"api_key":12345678}', '{"api_key":[removed]'],
    ['{"api_key" : "hunter22"}', '{"api_key" : "[removed]"}'],
    ['openai.api_key = hunter22', 'openai.api_key = [removed]'],
    ['client_secret: hunter22', 'client_secret: [removed]'],
    ["{ password: 'hunter22' }", "{ password: '[removed]' }"],
    ['secret=\'hunter22\' key="hunter23"', 'secret=\'[removed]\' key="[removed]"'],
    ["{'token' : 'hunter22'}", "{'token' : '[removed]'}"],
    ['{"token":"hunter22"}', '{"token":"[removed]"}'],
    ['sent token=hunter22', 'sent token=[removed]'],
  ])('that follows the name of a field: "%s"', (text, expected) => {
    expect(scrub(text)).toBe(expected)
  })

  test.each([
    ['"authorization": "dXNlcjpw"', '"authorization": "[removed]"'],
    ['Authorization: Token hunter22 failed', 'Authorization: [removed] failed'],
    ['Authorization: Key hunter22 failed', 'Authorization: [removed] failed'],
    ['authorization = ApiKey hunter22', 'authorization = [removed]'],
    ['authorization: Api-Key hunter22', 'authorization: [removed]'],
    ['sent bearer authority22', 'sent bearer [removed]'],
  ])('that follows a scheme: "%s"', (text, expected) => {
    expect(scrub(text)).toBe(expected)
  })

  test.each([
    ['at https://hunter22@host.example/path now', 'at https://host.example/path now'],
    ['at https://hunter22@ now', 'at https:// now'],
    ['at https://user:1pa/ss@host.example/x', 'at https://host.example/x'],
    ['at https://user:p@ss@host.example/x', 'at https://host.example/x'],
    // A password that ends like an authority does.
    ['at https://user:pass/@host.example', 'at https://host.example'],
    ['at https://user:pass?@host.example', 'at https://host.example'],
  ])('that an address holds: "%s"', (text, expected) => {
    expect(scrub(text)).toBe(expected)
  })

  test.each([
    // A prefix tells a key of eight characters.
    ['bad key sk-abcde', 'bad key [removed]'],
    // Letters and digits tell one of twenty.
    ['bad key hunterhunterhunter22', 'bad key [removed]'],
    // So do six changes between upper and lower case in them, though there is no digit.
    ['bad key aaaBBBcccDDDeeeFFFgg', 'bad key [removed]'],
    ['bad key QwErTyUiOpAsDfGhJkLz', 'bad key [removed]'],
    ['bad key AnErrorQwErTyUiOpAsDfGhJkLz', 'bad key [removed]'],
    ['bad key QwErTy-UiOpAs-DfGhJk-MyError', 'bad key [removed]'],
    ['bad key QwErTyUiOpAsDfGhJkLz2Exception', 'bad key [removed]'],
    // Groups are short, and change between digits and letters.
    ['bad key 7k3m-9x4t-2w8q-5d6z-1b7c', 'bad key [removed]'],
    // Behind the secret of a key of Zhipu nothing is kept; behind an id, the ending of a file's name is.
    ['bad key 0123456789abcdef0123456789abcdef.AbCdEf0123456789.x', 'bad key [removed]'],
    ['no 0123456789abcdef0123456789abcdef.json', 'no [removed].json'],
  ])('that its looks tell: "%s"', (text, expected) => {
    expect(scrub(text)).toBe(expected)
  })

  test('whatever stands before the name of a field, and however it is joined to the secret', () => {
    const names = fc.constantFrom('api_key', 'apikey', 'x-api-key', 'client_secret', 'Password')
    const joints = fc.constantFrom('=', ' = ', ':', ': ', ' : ', '="', "='", ': "', '":"', "': '")
    const before = fc.constantFrom('', 'x ', '{', '(', '{"', 'my.', 'my_', '?', '&', ', ')
    fc.assert(
      fc.property(before, names, joints, (before, name, joint) => {
        expect(scrub(`${before}${name}${joint}hunter22`)).not.toContain('hunter22')
      }),
    )
  })
})

describe('scrub leaves alone', () => {
  test.each([
    'Missing bearer auth',
    'Your api_key: bad',
    'Unknown field keyJoin',
    'Unknown key: temperature',
    'Unexpected token: function',
    'Authorization: key is wrong',
    // Numbers are no keys, however long.
    'Asked for 12345678901234567890 tokens',
    'Waited 00000000000000000000000000000001.5 seconds',
    // Five changes between upper and lower case are few in twenty letters.
    'aaaBBBBcccDDDDeeeFFF',
    // Exceptions of Amazon and others are of short words.
    'ModelNotReadyException',
    'InvalidRequestBodyFormatError',
    'Host https://host.example/models:list/@scope',
    'Host https://host.example:8080/models/@scope',
    'Released 2026-11-23T21:00:12.123456+00:00',
    'Qwen/Qwen3-235B-A22B-Instruct-2507',
    'Qwen3-VL-30B-A3B-Thinking-FP8',
    'nvidia/Llama-3_1-Nemotron-Ultra-253B-v1',
    'Yi-34B-200K-AWQ-4bit-128g',
    'us.anthropic.claude-3-7-sonnet-20250219-v1:0',
    'gemini-2.5-flash-preview-09-2025',
  ])('"%s"', (text) => {
    expect(scrub(text)).toBe(text)
  })

  test('brackets that are no part of a terminal’s escape', () => {
    expect(scrub('\u001b(see [2] there)')).toBe('(see [2] there)')
    expect(scrub('cut off\u001b[31')).toBe('cut off')
    expect(scrub('cut off\u001b[')).toBe('cut off')
  })

  test('what stands within the first 2,000 characters, and no more', () => {
    expect(scrub(`${' '.repeat(1_996)}text, more`)).toBe('text')
    expect(scrub(`${' '.repeat(2_000)}text`)).toBe('')
  })
})

describe('clipped', () => {
  test('returns a text that is not too long as it is', () => {
    expect(clipped('x'.repeat(300))).toBe('x'.repeat(300))
    expect(clipped('four', 4)).toBe('four')
  })

  test('ends with an ellipsis where it cuts, and leaves no half of a character before it', () => {
    expect(clipped('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`)
    expect(clipped('abc\u{1f600}def', 5)).toBe('abc…')
    expect(clipped('ab\u{1f600}def', 5)).toBe('ab\u{1f600}…')
  })

  test('keeps a character that the provider could not decode', () => {
    expect(clipped('a\ufffdbcdef', 5)).toBe('a\ufffdbc…')
  })
})
