import { expect, test } from 'vitest'
import { InvalidRequest } from '../../src/demand/invalid-request.ts'

test('an invalid request says its name, its field and what is wrong', () => {
  const error = new InvalidRequest('n', 'must be 1')

  expect(error.field).toBe('n')
  expect(`${error}`).toBe('InvalidRequest: n must be 1')
})

test.each<[boolean, string, unknown]>([
  [true, 'an invalid request', new InvalidRequest('n', 'must be 1')],
  [true, 'one of another copy of the class', Object.assign(new Error('n'), { '~invalidRequest': true })],
  [false, 'an error that says it is none', Object.assign(new Error('n'), { '~invalidRequest': false })],
  [false, 'another error', new Error('n')],
  [false, 'what is no error', { '~invalidRequest': true }],
  [false, 'nothing', undefined],
])('it is %s that %s is known as one', (known, _, error) => {
  expect(InvalidRequest.is(error)).toBe(known)
})
