import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DeliveredText, VerifiedRestart } from '../../src/call/verified-restart.ts'

/** Text with surrogate pairs, line ends and NULs. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', '\n', 'é', '\0', '👍', '\ud83d'),
  maxLength: 40,
})
const cuts = fc.array(fc.nat(6), { maxLength: 40 })

/** Cuts a text into pieces, empty ones included, between any two code units. */
function pieces(whole: string, lengths: readonly number[]): readonly string[] {
  const cut: string[] = []
  let at = 0
  for (const length of lengths) {
    cut.push(whole.slice(at, at + length))
    at += length
  }
  return [...cut, whole.slice(at)]
}

/** What a caller has of an answer that broke off and was restarted. */
function delivered(
  before: string,
  restart: readonly string[],
): { readonly text: string; readonly diverged: boolean } {
  const verifier = new VerifiedRestart(before)
  let text = before
  let diverged = false
  for (const piece of restart) {
    const verdict = verifier.take(piece)
    if (verdict.type === 'new') text += verdict.text
    if (verdict.type === 'diverged') diverged = true
  }
  return { text, diverged }
}

test('it swallows what was delivered and passes on what is new, wherever the pieces were cut', () => {
  const verifier = new VerifiedRestart('one two')

  expect(verifier.take('one')).toEqual({ type: 'repeated' })
  expect(verifier.caughtUp).toBe(false)
  expect(verifier.take(' two th')).toEqual({ type: 'new', text: ' th' })
  expect(verifier.caughtUp).toBe(true)
  expect(verifier.take('ree')).toEqual({ type: 'new', text: 'ree' })
})

test('it takes a piece that ends where the delivered text did for a repetition, with nothing new in it', () => {
  const verifier = new VerifiedRestart('one')

  expect(verifier.take('one')).toEqual({ type: 'repeated' })
  expect(verifier.caughtUp).toBe(true)
})

test('it stops at the first difference, for good', () => {
  const verifier = new VerifiedRestart('one two')

  expect(verifier.take('one Two')).toEqual({ type: 'diverged' })
  expect(verifier.take('one two')).toEqual({ type: 'diverged' })
  expect(verifier.caughtUp).toBe(false)
})

describe('invariant 35: what the caller has is the beginning of one answer', () => {
  test('whenever a restart says the same, prefix and continuation are together exactly its text, however both were cut', () => {
    fc.assert(
      fc.property(text, text, cuts, (before, rest, lengths) => {
        const result = delivered(before, pieces(before + rest, lengths))

        expect(result).toEqual({ text: before + rest, diverged: false })
      }),
    )
  })
})

describe('invariant 36: nothing is delivered twice or reordered', () => {
  test('whenever a restart says something else, nothing of it is delivered, and it has diverged', () => {
    fc.assert(
      fc.property(text, text, cuts, (before, other, lengths) => {
        fc.pre(!other.startsWith(before) && !before.startsWith(other))

        expect(delivered(before, pieces(other, lengths))).toEqual({ text: before, diverged: true })
      }),
    )
  })

  test('whenever a restart ends early, it has not caught up', () => {
    fc.assert(
      fc.property(text, text, cuts, (before, rest, lengths) => {
        fc.pre(rest.length > 0)
        const verifier = new VerifiedRestart(before + rest)
        for (const piece of pieces(before, lengths)) verifier.take(piece)

        expect(verifier.caughtUp).toBe(false)
      }),
    )
  })
})

describe('text that was delivered', () => {
  test('is kept whole up to its bound, and not at all beyond it', () => {
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 1, max: 40 }), (whole, lengths, maxCharacters) => {
        const kept = new DeliveredText(maxCharacters)
        const fits = pieces(whole, lengths).map((piece) => kept.add(piece))

        expect(kept.text).toBe(whole.length <= maxCharacters ? whole : undefined)
        expect(fits.at(-1)).toBe(whole.length <= maxCharacters)
      }),
    )
  })

  test('is given up with the piece that passes its bound, whatever came before', () => {
    const kept = new DeliveredText(5)

    expect(kept.add('three')).toBe(true)
    expect(kept.add('two')).toBe(false)
    expect(kept.text).toBeUndefined()
    expect(kept.add('')).toBe(false)
  })

  test('has a bound of its own', () => {
    expect(() => new DeliveredText(1_048_577)).toThrow('maxCharacters must be in 1..1048576, got 1048577')
  })
})
