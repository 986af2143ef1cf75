import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ColdStart } from '../../src/signals/cold-start.ts'
import { EndpointSignals } from '../../src/signals/endpoint-signals.ts'
import { slowStartShare } from '../../src/signals/slow-start.ts'

const success = {
  outcome: 'success',
  weight: 1,
  promptTokens: 10,
  outputTokens: 10,
  durationMs: 100,
} as const

test('a slow start lets a tenth through at first, then as much of the whole as of the ramp has passed', () => {
  expect([-5, 0, 3_000, 15_000, 30_000, Infinity].map((sinceMs) => slowStartShare(sinceMs, 30_000))).toEqual([
    0.1, 0.1, 0.1, 0.5, 1, 1,
  ])
  expect(slowStartShare(0, 0)).toBe(1)
})

test('a newcomer takes one attempt at a time until its fifth success, then any number', () => {
  const cold = new ColdStart()
  for (let successes = 0; successes < 5; successes++) {
    expect([cold.admits(0), cold.admits(1)]).toEqual([true, false])
    cold.succeeded(1_000)
  }

  expect([cold.admits(0), cold.admits(1_000)]).toEqual([true, true])
})

test('its share is a tenth until then, and grows to the whole in the 30 s after', () => {
  const cold = new ColdStart()
  expect(cold.share(1e9)).toBe(0.1)
  for (let successes = 0; successes < 20; successes++) cold.succeeded(successes * 1_000)

  expect(cold.share(4_000)).toBe(0.1)
  expect(cold.share(19_000)).toBe(0.5)
  expect(cold.share(34_000)).toBe(1)
})

test('its share stays a tenth while a success is missing, however long that takes', () => {
  const cold = new ColdStart()
  for (let successes = 0; successes < 4; successes++) cold.succeeded(0)

  expect(cold.share(1e9)).toBe(0.1)
})

test('its share never falls as time passes, whatever succeeds when', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20_000)), (gaps) => {
      const cold = new ColdStart()
      let nowMs = 0
      for (const gap of gaps) {
        const before = cold.share(nowMs)
        nowMs += gap
        expect(cold.share(nowMs)).toBeGreaterThanOrEqual(before)
        cold.succeeded(nowMs)
      }
    }),
  )
})

test('successes of an endpoint warm it, and so do those that another process has seen', () => {
  const own = new EndpointSignals({ limits: {}, coldStart: new ColdStart() })
  for (let attempts = 0; attempts < 5; attempts++) own.attemptEnded(success, 0)
  const told = new EndpointSignals({ limits: {}, coldStart: new ColdStart() })
  told.merge(own.snapshot(0), 0)

  expect(own.coldStart?.admits(9)).toBe(true)
  expect(told.coldStart?.admits(9)).toBe(true)
})

test('failures and neutral outcomes do not warm it', () => {
  const signals = new EndpointSignals({ limits: {}, coldStart: new ColdStart() })
  for (const outcome of ['early', 'late', 'neutral'] as const) {
    for (let attempts = 0; attempts < 9; attempts++) signals.attemptEnded({ ...success, outcome }, 0)
  }

  expect(signals.coldStart?.admits(1)).toBe(false)
})

test('an endpoint is not cold unless that is asked for', () => {
  expect(new EndpointSignals({ limits: {} }).coldStart).toBeUndefined()
})

test('impossible options are refused by name, bound and value', () => {
  expect(() => new ColdStart({ successes: 0 })).toThrow('successes must be in 1..1000, got 0')
  expect(() => new ColdStart({ rampMs: -1 })).toThrow('rampMs must be in 0..600000, got -1')
})
