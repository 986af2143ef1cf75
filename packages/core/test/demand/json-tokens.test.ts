import { expect, test } from 'vitest'
import { InvalidRequest } from '../../src/demand/invalid-request.ts'
import { addJson } from '../../src/demand/json-tokens.ts'
import { TokenTally } from '../../src/demand/token-tally.ts'

function tallyOf(value: unknown): TokenTally {
  const tally = new TokenTally()
  addJson(tally, value, 'tools')
  return tally
}

// A list, an object, a key and a string have 1 token of syntax each, 2 at most; other values are 2, 8 at most.
test.each<[unknown, number, number]>([
  [7, 2, 8],
  [true, 2, 8],
  [null, 2, 8],
  ['Hello', 1, 2],
  [[], 1, 2],
  [{}, 1, 2],
  [[7, true], 1 + 2 + 2, 2 + 8 + 8],
  [[['a'], ['b', 'c']], 3 + 3, 6 + 6],
  [{ limit: 5 }, 1 + 1 + 2, 2 + 2 + 8],
  [{ name: 'f', tags: ['a'] }, 1 + 2 + 1 + 1 + 1, 2 + 4 + 2 + 2 + 2],
])('the syntax of %j is %d tokens, and %d at most', (value, tokens, tokensMax) => {
  expect(tallyOf(value)).toMatchObject({ otherTokens: tokens, otherTokensMax: tokensMax })
})

test.each<[unknown, string]>([
  ['Hello', 'Hello'],
  [['a', 'bc', 7], 'abc'],
  [{ name: 'f', tags: ['a'] }, 'nameftagsa'],
])('the text of %j is its keys and strings', (value, text) => {
  expect(tallyOf(value).textBytes).toBe(text.length)
})

test('what JSON leaves out is not counted', () => {
  const definition = { name: 'f', description: undefined, strict: undefined }

  expect(tallyOf(definition)).toEqual(tallyOf(JSON.parse(JSON.stringify(definition))))
})

test('media in a string is counted by its bytes, and a text that only looks like it by its characters', () => {
  const media = `data:video/mp4;base64,${'A'.repeat(40_000 - 22)}`

  expect(tallyOf(media)).toMatchObject({ textBytes: 0, otherTokens: 1 + 750, otherTokensMax: 2 + 3_000 })
  expect(tallyOf('data: an array of numbers')).toMatchObject({ textBytes: 25, otherTokens: 1 })
  expect(tallyOf('sent as video/mp4;base64,AAAA')).toMatchObject({ textBytes: 29, otherTokens: 1 })
  expect(tallyOf('data: a list, of video/mp4;base64,')).toMatchObject({ textBytes: 34, otherTokens: 1 })
})

test('a million values are counted, and one more is refused', () => {
  const zeros = (length: number) => Array.from({ length }, () => 0)

  expect(tallyOf(zeros(999_999)).otherTokens).toBe(1 + 2 * 999_999)
  expect(() => tallyOf(zeros(1_000_000))).toThrow(
    new InvalidRequest('tools', 'must hold at most 1000000 values'),
  )
})
