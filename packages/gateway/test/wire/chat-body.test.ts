import { describe, expect, test } from 'vitest'
import { maxNesting, parseChatBody } from '../../src/wire/chat-body.ts'

const secret = 'a-secret-of-the-prompt'

describe('parseChatBody', () => {
  test.each([
    ['an empty body', '', 'the body is empty; send a JSON object'],
    [
      'a body that breaks off',
      `{"model":"${secret}`,
      'the body is not valid JSON: error at position 32 of 32',
    ],
    ['a word', secret, 'the body is not valid JSON: error at position 0 of 22'],
    ['trailing bytes', '{} {}', 'the body is not valid JSON: error at position 3 of 5'],
    ['a byte order mark', '\uFEFF{}', 'the body is not valid JSON: error at position 0 of 3'],
    ['a list', '[]', 'the body must be a JSON object'],
    ['null', 'null', 'the body must be a JSON object'],
    [
      'deep nesting',
      '{"a":'.repeat(100_000),
      `the body nests arrays and objects more than ${maxNesting} deep`,
    ],
  ])('refuses %s and tells the place, not the content', (_, text, message) => {
    expect(() => parseChatBody(Buffer.from(text))).toThrow(
      expect.objectContaining({ kind: 'invalid-request', status: 400, message, code: 'invalid_json' }),
    )
  })

  test('refuses bytes that are not UTF-8', () => {
    expect(() => parseChatBody(Buffer.from([0x7b, 0xff, 0x7d]))).toThrow('the body is not valid UTF-8')
  })

  test('leaves out what speaks to the gateway alone, and passes all else on', () => {
    const body = {
      model: 'a/b',
      messages: [],
      provider: { order: ['x'] },
      models: ['c/d'],
      usage: { include: true },
      extra: 1,
    }

    const { request, preferences } = parseChatBody(Buffer.from(JSON.stringify(body)))

    expect(request).toEqual({ model: 'a/b', messages: [], extra: 1 })
    expect(preferences).toEqual({ order: ['x'] })
  })

  test('takes the last of two members with one name', () => {
    expect(parseChatBody(Buffer.from('{"model":"a/b","model":"c/d"}')).request).toEqual({ model: 'c/d' })
  })

  test('keeps a member named __proto__ from becoming a prototype', () => {
    const { request } = parseChatBody(Buffer.from('{"__proto__":{"stream":true},"model":"a/b"}'))

    expect(request.stream).toBeUndefined()
    expect(Object.getPrototypeOf(request)).toBe(Object.prototype)
  })
})
