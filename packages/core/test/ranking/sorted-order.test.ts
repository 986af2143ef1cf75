import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortedOrder } from '../../src/ranking/sorted-order.ts'

test('positions come by increasing key, equals in the order in which they were, whatever the keys', () => {
  const key = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true }))
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200, size: 'max' }), (keys) => {
      const expected = keys
        .map((_, i) => i)
        .toSorted((one, other) => Math.sign((keys[one] ?? 0) - (keys[other] ?? 0)) || 0)

      expect([...sortedOrder(Float64Array.from(keys), keys.length)]).toEqual(expected)
    }),
    { examples: [[[Infinity, -Infinity, Infinity]], [[-0, 0, -0]]] },
  )
})
