import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PrefillSlope } from '../../src/signals/prefill-slope.ts'
import { gapMs, timed } from './arbitraries.ts'

const samples = fc.array(
  fc.record({ gapMs, promptTokens: fc.nat(1_000_000), ttftMs: fc.integer({ min: 1, max: 600_000 }) }),
  { maxLength: 30 },
)

type Sample = { readonly atMs: number; readonly promptTokens: number; readonly ttftMs: number }

/** Least squares with weights that halve every 300 s and a ridge of 2e7 squared tokens, from the definition. */
function naiveSlope(list: readonly Sample[]): { slope: number; steepest: number } {
  const lastMs = list.at(-1)?.atMs ?? 0
  const weighted = list.map((sample) => ({ ...sample, weight: 2 ** ((sample.atMs - lastMs) / 300_000) }))
  const sum = (of: (sample: (typeof weighted)[number]) => number): number =>
    weighted.reduce((total, sample) => total + sample.weight * of(sample), 0)
  const total = sum(() => 1)
  const meanTokens = sum((one) => one.promptTokens) / total
  const meanMs = sum((one) => one.ttftMs) / total
  const tokensMs = sum((one) => (one.promptTokens - meanTokens) * (one.ttftMs - meanMs))
  const tokensSquared = sum((one) => (one.promptTokens - meanTokens) ** 2)
  return { slope: tokensMs / (tokensSquared + 2e7), steepest: meanMs / meanTokens }
}

function learned(list: readonly Sample[]): PrefillSlope {
  const prefill = new PrefillSlope()
  for (const { promptTokens, ttftMs, atMs } of list) prefill.record(promptTokens, ttftMs, atMs)
  return prefill
}

test('without samples a prompt token adds nothing', () => {
  expect(new PrefillSlope().msPerToken).toBe(0)
})

test('prompts without tokens that take no time say nothing of a token', () => {
  expect(learned([{ atMs: 0, promptTokens: 0, ttftMs: 0 }]).msPerToken).toBe(0)
})

test('it is the decayed least-squares slope, never negative and never steeper than the mean time by the mean prompt', () => {
  fc.assert(
    fc.property(
      samples.filter((list) => list.some((one) => one.promptTokens > 0)),
      (list) => {
        const { slope, steepest } = naiveSlope(timed(list, 0))

        expect(learned(timed(list, 0)).msPerToken).toBeCloseTo(Math.max(0, Math.min(slope, steepest)), 6)
      },
    ),
  )
})

test('times that grow faster than prompts do not make it steeper than the mean time by the mean prompt', () => {
  const prefill = new PrefillSlope()
  for (const promptTokens of [10_000, 20_000, 40_000, 80_000])
    prefill.record(promptTokens, promptTokens ** 2 / 1e5, 0)
  const { meanMs, meanTokens } = prefill.snapshot(0)

  expect(prefill.msPerToken).toBe(meanMs / meanTokens)
})

test('a snapshot that went through JSON restores it, and an empty one empties it', () => {
  fc.assert(
    fc.property(samples, fc.nat(1e6), (list, gap) => {
      const nowMs = (timed(list, 0).at(-1)?.atMs ?? 0) + gap
      const prefill = learned(timed(list, 0))
      const restored = learned([{ atMs: 5, promptTokens: 7, ttftMs: 9 }])
      restored.restore(JSON.parse(JSON.stringify(prefill.snapshot(nowMs))), nowMs)

      expect(restored.snapshot(nowMs)).toEqual(prefill.snapshot(nowMs))
      expect(restored.msPerToken).toBe(prefill.msPerToken)
    }),
  )
})

test.each([
  ['idleMs', -1],
  ['mass', Number.NaN],
  ['meanTokens', Infinity],
  ['meanMs', -1],
  ['tokensSquared', -1],
  ['tokensMs', Number.NaN],
] as const)('a snapshot whose %s is %d is refused by name and changes nothing', (field, value) => {
  const prefill = learned([
    { atMs: 0, promptTokens: 10, ttftMs: 100 },
    { atMs: 5, promptTokens: 9_000, ttftMs: 900 },
  ])
  const before = prefill.snapshot(5)
  const message = new RegExp(`^${field} must be in .*, got ${value}$`, 'u')

  expect(() => prefill.restore({ ...before, [field]: value }, 5)).toThrow(message)
  expect(() => prefill.merge({ ...before, [field]: value }, 5)).toThrow(message)
  expect(prefill.snapshot(5)).toEqual(before)
  expect(prefill.msPerToken).toBeGreaterThan(0)
})
