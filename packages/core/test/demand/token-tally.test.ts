import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { texts } from '../../../testkit/src/arbitraries/request.ts'
import { blockScripts, scriptRuns, scriptStarts } from '../../src/demand/token-costs.ts'
import { TokenTally } from '../../src/demand/token-tally.ts'

function tallyOf(...pieces: readonly string[]): TokenTally {
  const tally = new TokenTally()
  for (const piece of pieces) tally.addText(piece)
  return tally
}

/** What a character outside ASCII costs after another script and after its own. */
function costsOf(character: string) {
  const script = blockScripts[character.charCodeAt(0) >> 7] ?? 0
  return { start: scriptStarts[script] ?? 0, run: scriptRuns[script] ?? 0 }
}

describe('the bytes of a text', () => {
  test('are those of UTF-8, and three for each half of a surrogate pair', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const rest = text.replaceAll(/[\ud800-\udfff]/g, '')
        const halves = text.length - rest.length

        expect(tallyOf(text).textBytes).toBe(Buffer.byteLength(rest) + 3 * halves)
      }),
    )
  })

  test.each([0x7f, 0x80, 0x7ff, 0x800, 0xffff])(
    'are those of UTF-8 where characters grow longer: code %d',
    (code) => {
      const character = String.fromCharCode(code)

      // ASCII is read four at a time: the character stands in each of the places, beside codes of zero that hide none of its bits.
      for (const text of ['', 'a', '\0', '\0\0', '\0\0\0', '\0\0\0\0'].map((before) => before + character)) {
        expect(tallyOf(text).textBytes).toBe(Buffer.byteLength(text))
        expect(tallyOf(`${text}\0\0\0`).textBytes).toBe(Buffer.byteLength(text) + 3)
      }
    },
  )
})

describe('the cost of a text', () => {
  test('is the same whether ASCII comes whole or cut', () => {
    const ascii = fc.string({ unit: 'binary-ascii', minLength: 1 })
    fc.assert(
      fc.property(ascii, ascii, (one, other) => {
        const cut = tallyOf(one)
        cut.addText(other, one.charCodeAt(one.length - 1))

        expect(tallyOf(one + other)).toEqual(cut)
      }),
    )
  })

  test('is that of its lines', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        expect(tallyOf(`${one}\n${other}`)).toEqual(tallyOf(`${one}\n`, other))
      }),
    )
  })

  test.each(['é', 'λ', 'ж', 'ש', 'ب', 'क', 'ก', '雨', 'か', '한', '→', '\ud83d', 'ꙮ'])(
    'of %s is that of a start and then of a run, in each text anew',
    (character) => {
      const { start, run } = costsOf(character)

      expect(tallyOf(character).textHundredths).toBe(start)
      expect(tallyOf(character.repeat(3)).textHundredths).toBe(start + 2 * run)
      expect(tallyOf(character, character).textHundredths).toBe(2 * start)
    },
  )

  test('of a script begins anew after another script', () => {
    const ideograph = costsOf('雨')
    const kana = costsOf('か')

    expect(tallyOf('雨か雨').textHundredths).toBe(2 * ideograph.start + kana.start)
  })
})
