import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PrefillSlope } from '../../src/signals/prefill-slope.ts'

const samples = fc.array(
  fc.record({ promptTokens: fc.nat(1_000_000), ttftMs: fc.integer({ min: 1, max: 600_000 }) }),
  { maxLength: 30 },
)

/** Least squares with weights 0.995^age and a ridge of 2e7 squared tokens, from the definition. */
function naiveSlope(list: readonly { promptTokens: number; ttftMs: number }[]): {
  slope: number
  steepest: number
} {
  const weighted = list.map((sample, i) => ({ ...sample, weight: 0.995 ** (list.length - 1 - i) }))
  const sum = (of: (sample: (typeof weighted)[number]) => number): number =>
    weighted.reduce((total, sample) => total + sample.weight * of(sample), 0)
  const total = sum(() => 1)
  const meanTokens = sum((one) => one.promptTokens) / total
  const meanMs = sum((one) => one.ttftMs) / total
  const tokensMs = sum((one) => (one.promptTokens - meanTokens) * (one.ttftMs - meanMs))
  const tokensSquared = sum((one) => (one.promptTokens - meanTokens) ** 2)
  return { slope: tokensMs / (tokensSquared + 2e7), steepest: meanMs / meanTokens }
}

test('without samples a prompt token adds nothing', () => {
  expect(new PrefillSlope().msPerToken).toBe(0)
})

test('it is the decayed least-squares slope, never negative and never steeper than the mean time by the mean prompt', () => {
  fc.assert(
    fc.property(
      samples.filter((list) => list.some((one) => one.promptTokens > 0)),
      (list) => {
        const prefill = new PrefillSlope()
        for (const { promptTokens, ttftMs } of list) prefill.record(promptTokens, ttftMs)
        const { slope, steepest } = naiveSlope(list)

        expect(prefill.msPerToken).toBeCloseTo(Math.max(0, Math.min(slope, steepest)), 6)
      },
    ),
  )
})

test('times that grow faster than prompts do not make it steeper than the mean time by the mean prompt', () => {
  const prefill = new PrefillSlope()
  for (const promptTokens of [10_000, 20_000, 40_000, 80_000])
    prefill.record(promptTokens, promptTokens ** 2 / 1e5)
  const { meanMs, meanTokens } = prefill.snapshot()

  expect(prefill.msPerToken).toBe(meanMs / meanTokens)
})
