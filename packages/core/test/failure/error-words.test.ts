import { expect, test } from 'vitest'
import { errorWordsOf } from '../../src/failure/error-words.ts'
import type { ErrorWords } from '../../src/failure/error-words.ts'
import type { FailureKind } from '../../src/failure/failure.ts'
import { providerErrorOfValue } from '../../src/failure/provider-error.ts'
import { statusKindOf } from '../../src/failure/status-kinds.ts'

function wordsOf(error: object): ErrorWords {
  return errorWordsOf(providerErrorOfValue(error))
}

function kindOf(error: object): FailureKind {
  return statusKindOf(400, providerErrorOfValue(error))
}

test('a message begins behind the whitespace before it', () => {
  expect(wordsOf({ message: '\n\n  Your Credit' })).toMatchObject({ start: 'your credit', rest: 'credit' })
  expect(kindOf({ message: '\n\nYour credit balance is too low' })).toBe('quota-exhausted')
})

test('typographic apostrophes are plain ones', () => {
  expect(wordsOf({ message: 'The model ’x’ isn’t' }).start).toBe("the model 'x' isn't")
  expect(kindOf({ message: 'The model ’x’ went away' })).toBe('model-unavailable')
})

test('two codes are never read as one', () => {
  expect(wordsOf({ code: 'Invalid', type: '_api_key' }).codes).toBe('invalid\n_api_key')
  expect(kindOf({ message: 'No', code: 'invalid', type: '_api_key' })).toBe('invalid-request')
  expect(kindOf({ message: 'No', code: 'invalid_api_key' })).toBe('credential-rejected')
})
