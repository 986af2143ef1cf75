import { expect, test } from 'vitest'
import { withoutNumbers } from './without-numbers.ts'

test('a number that happens to be that of a port is not taken for one', () => {
  const event = JSON.stringify({ contextTokens: 40_960, costUsd: 4.096e-8, said: '{"n_ctx":40960}' })

  expect(withoutNumbers(event)).not.toContain('4096')
})

test('a port in an address stays, to be found', () => {
  const event = JSON.stringify({ said: 'connect ECONNREFUSED localhost:40960' })

  expect(withoutNumbers(event)).toBe(event)
})
