import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isNestedDeeper } from '../../src/wire/nesting.ts'

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

describe('isNestedDeeper', () => {
  test('agrees with the parsed value, whatever strings hold', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6, stringUnit: fc.constantFrom('"', '\\', '[', '{', '}', 'a') }),
        (value) => {
          const depth = depthOf(value)

          expect(isNestedDeeper(JSON.stringify(value), depth)).toBe(false)
          if (depth > 0) expect(isNestedDeeper(JSON.stringify(value), depth - 1)).toBe(true)
        },
      ),
    )
  })

  test('stops at the first bracket too many', () => {
    expect(isNestedDeeper('['.repeat(10_000_000), 64)).toBe(true)
  })

  test('leaves a string that never ends to the parser', () => {
    expect(isNestedDeeper(`"${String.raw`\"`.repeat(100)}`, 0)).toBe(false)
  })
})
