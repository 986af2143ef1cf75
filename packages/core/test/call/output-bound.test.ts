import fc from 'fast-check'
import { expect, test } from 'vitest'
import { outputBoundOf } from '../../src/call/output-bound.ts'

const limits = { contextTokens: 128_000 }

test('an answer may be four times as long as the request allows, and 32,768 tokens longer, in each choice', () => {
  const bound = outputBoundOf({ maxOutputTokens: 1_000, choices: 3 }, { limits })

  expect(bound).toEqual({ pieces: 3 * (4_000 + 32_768), characters: 3 * (4_000 + 32_768) * 16 })
})

test('without a bound in the request, what its endpoint can give counts, and its window where it states nothing', () => {
  const asked = { maxOutputTokens: undefined, choices: 1 }

  expect(outputBoundOf(asked, { limits: { ...limits, maxOutputTokens: 8_000 } }).pieces).toBe(64_768)
  expect(outputBoundOf(asked, { limits }).pieces).toBe(4 * 128_000 + 32_768)
})

test('an answer within what the request allows never exceeds the bound', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 1, max: 128 }),
      (tokens, choices) => {
        const { pieces, characters } = outputBoundOf({ maxOutputTokens: tokens, choices }, { limits })

        expect(pieces).toBeGreaterThan(tokens * choices)
        expect(characters).toBeGreaterThan(tokens * choices * 16)
      },
    ),
  )
})
