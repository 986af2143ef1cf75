import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonErrorPosition } from '../../src/wire/json-error-position.ts'

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', ' ', '7'), maxLength: 5 })
const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3 }),
  ),
})).value

describe('jsonErrorPosition', () => {
  test.each([
    ['', 0],
    ['{', 1],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['[1,2', 4],
    ['[1 2]', 3],
    ['{"a":1} x', 8],
    ['\uFEFF{}', 0],
    ['"a\nb"', 2],
    [String.raw`"a\qb"`, 2],
    ['01', 1],
    ['[nul]', 1],
    ["{'a':1}", 1],
  ])('of %j is %i', (text, position) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
    expect(jsonErrorPosition(text)).toBe(position)
  })

  test('is the end whenever a text breaks off inside of an object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(word, tree, { minKeys: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (value, share) => {
          const whole = JSON.stringify(value)
          const text = whole.slice(0, Math.floor(share * whole.length))

          expect(jsonErrorPosition(text)).toBe(text.length)
        },
      ),
    )
  })

  test('is never reached in what JSON.parse takes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(jsonErrorPosition(text)).toBe(text.length)
      }),
    )
  })
})
