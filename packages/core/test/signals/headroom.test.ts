import { expect, test } from 'vitest'
import { rateLimitsOf } from '../../src/failure/rate-limit-headers.ts'
import { Headroom } from '../../src/signals/headroom.ts'

const nothing = { promptTokens: 0, outputTokens: 0 }

function heard(limits: Parameters<Headroom['observe']>[0], atMs = 0): Headroom {
  const headroom = new Headroom()
  headroom.observe(limits, headroom.sent(nothing, atMs), atMs)
  return headroom
}

test('it admits everything while nothing is known', () => {
  const headroom = new Headroom()
  headroom.sent({ promptTokens: 1e9, outputTokens: 1e9 }, 0)
  headroom.observe({}, headroom.sent(nothing, 0), 0)

  expect(headroom.admitProbability(0)).toBe(1)
  expect(headroom.snapshot(0)).toStrictEqual({})
})

test('the scarcest dimension decides', () => {
  const ample = { limit: 1_000, remaining: 900 }
  const scarce = { limit: 1_000, remaining: 125 }

  expect(heard({ requests: ample, tokens: ample }).admitProbability(0)).toBe(1)
  expect(heard({ requests: ample, tokens: scarce }).admitProbability(0)).toBeCloseTo(0.5, 9)
  expect(heard({ inputTokens: scarce, outputTokens: ample }).admitProbability(0)).toBeCloseTo(0.5, 9)
  expect(heard({ requests: { limit: 10, remaining: 0 }, outputTokens: ample }).admitProbability(0)).toBe(0)
})

test('an attempt is debited one request, its tokens, and each kind of them', () => {
  const said = { limit: 1_000, remaining: 1_000 }
  const headroom = heard({ requests: said, tokens: said, inputTokens: said, outputTokens: said })
  headroom.sent({ promptTokens: 300, outputTokens: 200 }, 0)

  const { requests, tokens, inputTokens, outputTokens } = headroom.snapshot(0)
  expect(requests?.remaining).toBe(999)
  expect(tokens?.remaining).toBe(500)
  expect(inputTokens?.remaining).toBe(700)
  expect(outputTokens?.remaining).toBe(800)
})

test('settling corrects the tokens, once, and leaves the request counted', () => {
  const said = { limit: 1_000, remaining: 1_000 }
  const headroom = heard({ requests: said, tokens: said, inputTokens: said, outputTokens: said })
  const receipt = headroom.sent({ promptTokens: 300, outputTokens: 200 }, 0)
  headroom.settled(receipt, { promptTokens: 310, outputTokens: 20 }, 0)
  headroom.settled(receipt, nothing, 0)

  const { requests, tokens, inputTokens, outputTokens } = headroom.snapshot(0)
  expect(requests?.remaining).toBe(999)
  expect(tokens?.remaining).toBe(670)
  expect(inputTokens?.remaining).toBe(690)
  expect(outputTokens?.remaining).toBe(980)
})

test('traffic leaves before the refusal, and comes back as the limit flows in', () => {
  const headroom = heard(
    rateLimitsOf({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '2',
      'x-ratelimit-reset-requests': '58s',
    }),
  )

  expect(headroom.admitProbability(0)).toBe(0)
  expect(headroom.admitProbability(5_500)).toBeCloseTo(0.5, 9)
  expect(headroom.admitProbability(10_000)).toBeCloseTo(1, 9)
})

test('headers that lie starve nobody: unknown, they admit; always empty, they admit again within seconds', () => {
  const azure = { 'x-ratelimit-limit-tokens': '-1', 'x-ratelimit-remaining-tokens': '-1' }
  expect(heard(rateLimitsOf(azure)).admitProbability(0)).toBe(1)
  const headroom = new Headroom()
  let admitted = 0
  for (let nowMs = 0; nowMs < 600_000; nowMs += 100) {
    if (headroom.admitProbability(nowMs) < 0.5) continue
    admitted++
    headroom.observe({ requests: { limit: 60, remaining: 0 } }, headroom.sent(nothing, nowMs), nowMs)
  }

  expect(admitted).toBeGreaterThan(60)
})

test('a snapshot that went through JSON restores every dimension, and merges to the smaller remainder', () => {
  const limits = { requests: { limit: 60, remaining: 30 }, inputTokens: { limit: 1_000, remaining: 100 } }
  const headroom = heard(limits)
  const restored = new Headroom()
  restored.restore(JSON.parse(JSON.stringify(headroom.snapshot(0))), 5_000)
  expect(restored.snapshot(5_000)).toEqual(headroom.snapshot(0))
  restored.merge(heard({ requests: { limit: 60, remaining: 3 } }).snapshot(0), 5_000)

  expect(restored.snapshot(5_000).requests?.remaining).toBe(3)
  expect(restored.snapshot(5_000).inputTokens?.remaining).toBe(100)
})
