import { expect, test } from 'vitest'
import { sizeClassOf } from '../../src/signals/size-class.ts'

test.each([
  [0, 0],
  [1_000, 0],
  [1_001, 1],
  [8_000, 1],
  [8_001, 2],
  [64_000, 2],
  [64_001, 3],
  [Infinity, 3],
])('a prompt of %d tokens is of class %d', (promptTokens, sizeClass) => {
  expect(sizeClassOf(promptTokens)).toBe(sizeClass)
})
