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
