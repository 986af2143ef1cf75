import { describe, expect, test } from 'vitest'
import { addAudio, addFile, addImage, addVideo } from '../../src/demand/media-tokens.ts'
import { TokenTally } from '../../src/demand/token-tally.ts'

/** Tokens and their bound that something adds. Media never count as text. */
function countsOf(add: (tally: TokenTally) => void): readonly [number, number] {
  const tally = new TokenTally()
  add(tally)
  expect(tally).toMatchObject({ textHundredths: 0, textBytes: 0 })
  return [tally.otherTokens, tally.otherTokensMax]
}

/** A data URL of so many characters. */
function dataUrl(type: string, length: number): string {
  return `data:${type};base64,`.padEnd(length, 'A')
}

test.each([
  [undefined, 765],
  ['auto', 765],
  ['high', 765],
  ['low', 85],
])('an image of detail %s is %d tokens, and 1,600 at most', (detail, tokens) => {
  expect(countsOf((tally) => addImage(tally, detail))).toEqual([tokens, 1_600])
})

// 40,000 characters of base64 are 30,000 bytes.
test.each([
  ['mp3', 60],
  ['wav', 30],
  ['pcm16', 30],
])('40,000 characters of %s are %d tokens, and 334 at most', (format, tokens) => {
  expect(countsOf((tally) => addAudio(tally, 40_000, format))).toEqual([tokens, 334])
})

describe('a video', () => {
  test('of 40,000 characters is 64 tokens, and 215 at most', () => {
    expect(countsOf((tally) => addVideo(tally, dataUrl('video/mp4', 40_000)))).toEqual([64, 215])
  })

  test('is 16,000 tokens when it is elsewhere', () => {
    expect(countsOf((tally) => addVideo(tally, 'https://example.com/a.mp4'))).toEqual([16_000, 16_000])
  })
})

describe('a file', () => {
  test.each([
    ['application/pdf', 750, 3_000],
    ['image/png', 750, 3_000],
    ['text/plain', 7_500, 15_000],
    ['text/csv', 7_500, 15_000],
    ['application/json', 7_500, 15_000],
  ])('of 40,000 characters and type %s is %d tokens, and %d at most', (type, tokens, tokensMax) => {
    expect(countsOf((tally) => addFile(tally, dataUrl(type, 40_000)))).toEqual([tokens, tokensMax])
  })

  test('in bare base64 is counted as a document', () => {
    expect(countsOf((tally) => addFile(tally, 'A'.repeat(40_000)))).toEqual([750, 3_000])
  })

  test.each([
    undefined,
    'https://example.com/a.pdf',
    'http://example.com/a.pdf',
    'HTTPS://EXAMPLE.COM/A.PDF',
  ])('is 2,000 tokens when it is elsewhere: %s', (data) => {
    expect(countsOf((tally) => addFile(tally, data))).toEqual([2_000, 2_000])
  })

  test('that mentions an address is counted by its bytes', () => {
    const page = 'data:text/html,<a href="https://example.com/">here</a>'.padEnd(400)

    expect(countsOf((tally) => addFile(tally, page))).toEqual([75, 150])
  })
})
