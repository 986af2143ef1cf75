import { expect, test } from 'vitest'
import { providerErrorOf, providerErrorOfValue } from '../../src/failure/provider-error.ts'
import { decodedJson, unwrapped } from '../../src/failure/wrapped-error.ts'

test.each([
  [
    'litellm.BadRequestError: OpenAIException - Too long',
    'Too long',
    ['litellm.BadRequestError', 'OpenAIException'],
  ],
  [
    'litellm.APIError: Vertex_ai_betaException BadRequestError - No',
    'No',
    ['litellm.APIError', 'Vertex_ai_betaException', 'BadRequestError'],
  ],
  ['Error code: 400 - No', 'No', []],
  [
    'An error occurred (ThrottlingException) when calling the Converse operation: Wait',
    'Wait',
    ['ThrottlingException'],
  ],
  ['The model failed: ValueError: no', 'The model failed: ValueError: no', []],
  ['Error', 'Error', []],
  ['', '', []],
])('"%s" says "%s"', (message, rest, exceptions) => {
  expect(unwrapped(message)).toEqual({ rest, exceptions })
})

test('an object at the beginning, or behind the names of exceptions, is the error', () => {
  const passedOn =
    'litellm.BadRequestError: XException - {"error":{"message":"No","code":"c"}}. Received Model Group=x'

  expect(unwrapped(passedOn).value).toEqual({ error: { message: 'No', code: 'c' } })
  expect(unwrapped('[{"error":"No"}] and more').value).toEqual([{ error: 'No' }])
  expect(unwrapped('{"cut":').value).toBeUndefined()
  expect(providerErrorOfValue({ error: { message: passedOn, code: '400' } })).toEqual({
    form: 'json',
    message: 'No',
    codes: ['400', 'c', 'litellm.BadRequestError', 'XException'],
    status: 400,
  })
})

test('an object that the message only quotes is not', () => {
  const message = 'Invalid role: {"error":{"code":"insufficient_quota"}}'

  expect(providerErrorOf(JSON.stringify({ error: { message } }))).toEqual({
    form: 'json',
    message,
    codes: [],
  })
})

test('JSON of up to 128 levels is decoded, whatever its strings hold', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`
  const texts = { quote: '"', brackets: '['.repeat(1_000), backslash: '\\', both: '\\"[' }

  expect(decodedJson(nested(128))).toEqual(JSON.parse(nested(128)))
  expect(decodedJson(nested(129))).toBeUndefined()
  expect(decodedJson(`[${'[],'.repeat(1_000)}1]`)).toHaveLength(1_001)
  expect(decodedJson(JSON.stringify(texts))).toEqual(texts)
  expect(decodedJson('{"a":"\\')).toBeUndefined()
})

test.each([
  ['lists', '[1,', ']'],
  ['objects', '{"a":1,"b":', '}'],
])(
  'JSON of more than 128 levels of %s is not decoded, whatever stands between them',
  (_what, open, close) => {
    const nested = (depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`

    expect(decodedJson(nested(128))).toEqual(JSON.parse(nested(128)))
    expect(decodedJson(nested(129))).toBeUndefined()
    expect(decodedJson(` \n${nested(128)}`)).toBeDefined()
    expect(decodedJson(` \n${nested(129)}`)).toBeUndefined()
  },
)

test('levels that were closed do not count', () => {
  expect(decodedJson(`[${'[],'.repeat(200)}1]`)).toHaveLength(201)
  expect(decodedJson(`[${'{},'.repeat(200)}1]`)).toHaveLength(201)
})

test.each(['', 'a', 'ab', '"', '\\', '\\"', '"]', '}]}]'])(
  'levels count behind the string %j, and none of it does',
  (text) => {
    const nested = (depth: number): string =>
      `[${JSON.stringify(text)},${'['.repeat(depth - 1)}1${']'.repeat(depth)}`

    expect(decodedJson(nested(128))).toBeDefined()
    expect(decodedJson(nested(129))).toBeUndefined()
  },
)

test('only what stands at the very beginning of a message is an object, and without one there is no value', () => {
  for (const message of ['No', ' [{"error":"No"}]', '"[1]"', 'No: {"error":"No"}'])
    expect(unwrapped(message)).toStrictEqual({ rest: message, exceptions: [] })
})
