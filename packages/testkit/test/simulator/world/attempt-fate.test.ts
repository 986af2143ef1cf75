import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fateOf, lastTokenMs, luckOf } from '../../../src/simulator/world/attempt-fate.ts'
import type { AttemptLuck, Meeting } from '../../../src/simulator/world/attempt-fate.ts'
import { conditionAt } from '../../../src/simulator/world/fault.ts'
import { outlookOf } from '../../../src/simulator/world/outlook.ts'
import { baseProviders } from '../../../src/simulator/world/provider-profile.ts'

const [p0, , , , p4] = baseProviders
if (p0 === undefined || p4 === undefined) throw new Error('the base world has five providers')

const request = { class: 'chat', arrivesAtMs: 0, promptTokens: 1_200, outputTokens: 101 } as const
const calm: Meeting = { profile: p0, condition: conditionAt([], 0), request, cachedTokens: 0, inFlight: 0 }
const plain: AttemptLuck = { background: 1, mode: 0, fault: 1, cutAt: 0.5, ttft: 1, slow: 1, perToken: 1 }
const many = Array.from({ length: 100_000 }, (_, number) =>
  luckOf({ seed: 1, request: number, provider: 'p0', earlier: 0 }),
)

describe('the luck of an attempt', () => {
  test('is a function of seed, request, provider and attempt alone, whoever asks and whatever was drawn before', () => {
    const key = fc.record({
      seed: fc.maxSafeNat(),
      request: fc.nat(100_000),
      provider: fc.constantFrom('p0', 'p1', 'p4'),
      earlier: fc.nat(5),
    })
    fc.assert(
      fc.property(key, key, (one, other) => {
        const before = luckOf(one)
        luckOf(other)
        expect(luckOf(one)).toEqual(before)
        const same = JSON.stringify(one) === JSON.stringify(other)
        expect(luckOf(other).background === before.background).toBe(same)
      }),
    )
  })

  test('makes one attempt in a hundred six times slower, and spreads times by 0.35 and 0.15', () => {
    expect(shareOf(many, ({ slow }) => slow === 6)).toBeCloseTo(0.01, 2)
    expect(deviationOf(many.map(({ ttft }) => Math.log(ttft)))).toBeCloseTo(0.35, 2)
    expect(deviationOf(many.map(({ perToken }) => Math.log(perToken)))).toBeCloseTo(0.15, 2)
    expect(Math.min(...many.map(({ cutAt }) => cutAt))).toBeCloseTo(0.1, 2)
    expect(Math.max(...many.map(({ cutAt }) => cutAt))).toBeCloseTo(0.9, 2)
  })
})

describe('the fate of an attempt', () => {
  test('takes base and prompt to the first token, and the rest at the provider’s speed', () => {
    const fate = fateOf(plain, calm)
    expect(fate.firstMs).toBeCloseTo(900 + 1_200 / 4)
    expect(lastTokenMs(fate)).toBeCloseTo(900 + 300 + (100 * 1_000) / 35)
  })

  test('is slowed by load above 60 % of full: first tokens in proportion, all others by the square root', () => {
    const easy = fateOf(plain, { ...calm, inFlight: 36 })
    const full = fateOf(plain, { ...calm, inFlight: 60 })
    expect(easy).toEqual(fateOf(plain, calm))
    expect(full.firstMs / easy.firstMs).toBeCloseTo(1 + 4 * 0.4)
    expect(full.msPerToken / easy.msPerToken).toBeCloseTo(Math.sqrt(1 + 4 * 0.4))
  })

  test('fails at the background rate: 60 % errors after 250 ms, 20 % hangs, 20 % cut streams', () => {
    const fates = many.map((luck) => fateOf(luck, calm))
    const failed = fates.filter(({ mode }) => mode !== 'answer')
    expect(failed.length / fates.length).toBeCloseTo(0.015, 2)
    expect(shareOf(failed, ({ mode }) => mode === 'error')).toBeCloseTo(0.6, 1)
    expect(shareOf(failed, ({ mode }) => mode === 'hang')).toBeCloseTo(0.2, 1)
    for (const fate of failed) {
      if (fate.mode === 'error') expect(fate.firstMs).toBe(250)
      if (fate.mode === 'cut') expect(fate.outputTokens).toBeLessThan(request.outputTokens)
    }
  })

  test('is struck by a fault in its share of attempts, before the background', () => {
    const faults = [
      { providers: ['p0'], fromMs: 0, untilMs: 10, failing: { share: 0.25, mode: 'cut' } },
    ] as const
    const fates = many.map((luck) => fateOf(luck, { ...calm, condition: conditionAt(faults, 5) }))
    expect(shareOf(fates, ({ mode }) => mode === 'cut')).toBeCloseTo(0.25 + 0.75 * 0.015 * 0.2, 2)
  })

  test('reads long prompts slower where the provider does, and cached tokens not at all', () => {
    const slow = { ...p4, slowPrompts: { aboveTokens: 1_000, factor: 10 } }
    expect(fateOf(plain, { ...calm, profile: slow }).firstMs).toBeCloseTo(200 + (1_200 / 30) * 10)
    expect(fateOf(plain, { ...calm, cachedTokens: 1_000 }).firstMs).toBeCloseTo(900 + 200 / 4)
  })
})

describe('the outlook of an attempt', () => {
  test('is the mean of its fates', () => {
    const faults = [
      { providers: ['p0'], fromMs: 0, untilMs: 10, ttftFactor: 2, failing: { share: 0.1, mode: 'error' } },
    ] as const
    const meeting = { ...calm, inFlight: 45, condition: conditionAt(faults, 0) }
    const fates = many.map((luck) => fateOf(luck, meeting))
    const answers = fates.filter(({ mode }) => mode === 'answer')
    const outlook = outlookOf(meeting)
    expect(outlook.rates.answer).toBeCloseTo(answers.length / fates.length, 2)
    expect(Math.abs(meanOf(answers.map(({ firstMs }) => firstMs)) / outlook.firstMs - 1)).toBeLessThan(0.01)
    expect(
      Math.abs(meanOf(answers.map(({ msPerToken }) => msPerToken)) / outlook.msPerToken - 1),
    ).toBeLessThan(0.01)
  })
})

function shareOf<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  return items.filter(holds).length / items.length
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
