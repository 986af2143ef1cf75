import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InflowRamp } from '../../src/signals/inflow-ramp.ts'
import { LearnedCap, learnedCapDefaults } from '../../src/signals/learned-cap.ts'
import { gapMs, timed } from './arbitraries.ts'

const { floorPerSecond } = learnedCapDefaults

/** One that was sent attempts at a steady rate for ten windows, up to an instant. */
function steady(perSecond: number, untilMs: number, cap = new LearnedCap()): LearnedCap {
  const everyMs = 1_000 / perSecond
  for (let atMs = untilMs - 200_000 + everyMs; atMs <= untilMs; atMs += everyMs) cap.sent(atMs)
  return cap
}

test('there is no cap before the first refusal, however much is sent', () => {
  const cap = steady(500, 200_000)

  expect(cap.capPerSecond(200_000)).toBe(Infinity)
  expect(cap.weight(200_000)).toBe(1)
})

test('the rate of a steady stream is its own, and fades within a few windows of 20 s', () => {
  const cap = steady(10, 200_000)

  expect(cap.perSecond(200_000)).toBeCloseTo(10, 0)
  expect(cap.perSecond(220_000)).toBeCloseTo(10 / Math.E, 1)
  expect(cap.perSecond(400_000)).toBeLessThan(0.001)
})

test('a refusal sets the cap to 95 % of what came lately', () => {
  const cap = steady(10, 200_000)
  const rate = cap.perSecond(200_000)
  cap.refused(200_000, 200_000)

  expect(cap.capPerSecond(200_000)).toBeCloseTo(0.95 * rate, 9)
})

test('a further refusal leaves 95 % of the cap, or of the rate where that is smaller', () => {
  const cap = steady(10, 200_000)
  cap.refused(200_000, 200_000)
  const first = cap.capPerSecond(200_000)
  cap.refused(200_000, 200_000)
  expect(cap.capPerSecond(200_000)).toBeCloseTo(0.95 * first, 9)
  const later = cap.perSecond(230_000)
  cap.refused(229_000, 230_000)

  expect(later).toBeLessThan(3)
  expect(cap.capPerSecond(230_000)).toBeCloseTo(0.95 * later, 9)
})

test('refusals of attempts that were under way when the cap was cut are one refusal', () => {
  const cap = steady(10, 200_000)
  cap.refused(199_900, 200_000)
  const before = cap.capPerSecond(200_500)
  for (let i = 0; i < 50; i++) cap.refused(199_950, 200_000 + i)

  expect(cap.capPerSecond(200_500)).toBe(before)
})

test('without refusals it grows by 10 % in the first minute and faster from then on, whenever it is read', () => {
  const cap = steady(10, 200_000)
  cap.refused(200_000, 200_000)
  const first = cap.capPerSecond(200_000)

  expect(cap.capPerSecond(260_000)).toBeCloseTo(first * 1.1, 9)
  expect(cap.capPerSecond(230_000)).toBeCloseTo(first * Math.sqrt(1.1), 9)
  expect(cap.capPerSecond(320_000)).toBeCloseTo(first * 1.1 ** 3, 9)
  expect(cap.capPerSecond(500_000)).toBeCloseTo(first * 1.1 ** 21, 9)
})

test('grown out of all reason, it is none again', () => {
  const cap = new LearnedCap()
  cap.refused(0, 0)

  expect(cap.capPerSecond(15 * 60_000)).toBeLessThan(1e9)
  expect(cap.capPerSecond(17 * 60_000)).toBe(Infinity)
})

test('a small steady share of refusals holds it: one in two minutes lets it rise, three in a minute make it fall', () => {
  const play = (everyMs: number): number => {
    const cap = steady(10, 200_000)
    cap.refused(200_000, 200_000)
    for (let atMs = 200_000; atMs < 1_400_000; atMs += 100) {
      cap.sent(atMs)
      if (atMs % everyMs === 0) cap.refused(atMs, atMs)
    }
    return cap.capPerSecond(1_400_000)
  }

  expect(play(120_000)).toBeGreaterThan(9.5)
  expect(play(20_000)).toBeLessThan(9)
})

test('the weight is 1 up to 90 % of the cap, half at 95 %, 0.001 at all of it and beyond', () => {
  const at = (use: number): number => {
    const cap = new LearnedCap()
    cap.restore({ perSecond: 10 * use, capPerSecond: 10 }, 0)
    return cap.weight(0)
  }

  expect(at(0)).toBe(1)
  expect(at(0.9)).toBeCloseTo(1, 9)
  expect(at(0.95)).toBeCloseTo(0.5, 9)
  expect(at(1)).toBe(0.001)
  expect(at(50)).toBe(0.001)
})

test('after a refusal traffic comes back as the rate falls', () => {
  const cap = steady(10, 200_000)
  cap.refused(200_000, 200_000)

  expect(cap.weight(200_000)).toBe(0.001)
  expect(cap.weight(201_000)).toBeGreaterThan(0)
  expect(cap.weight(205_000)).toBe(1)
})

const commands = fc.array(
  fc.record({
    gapMs,
    command: fc.constantFrom('sent', 'sent', 'sent', 'refused', 'timedOut', 'merge', 'restore'),
    ageMs: fc.nat(30_000),
    perSecond: fc.double({ min: 0, max: 1_000, noNaN: true }),
    capPerSecond: fc.option(fc.double({ min: 0.1, max: 1_000, noNaN: true }), { nil: undefined }),
  }),
  { maxLength: 60 },
)

test('invariant 31: whatever happens, the cap is never below the floor and never falls between refusals, and the weight is in 0.001..1', () => {
  fc.assert(
    fc.property(commands, fc.boolean(), (list, ramps) => {
      const cap = new LearnedCap(ramps ? { rampFromPerSecond: 1 } : {})
      let before = Infinity
      for (const { atMs, command, ageMs, perSecond, capPerSecond } of timed(list, 0)) {
        expect(cap.capPerSecond(atMs)).toBeGreaterThanOrEqual(before === Infinity ? 0 : before * (1 - 1e-12))
        const snapshot = { perSecond, ...(capPerSecond !== undefined && { capPerSecond }) }
        if (command === 'sent') cap.sent(atMs)
        if (command === 'refused') cap.refused(atMs - ageMs, atMs)
        if (command === 'timedOut') cap.timedOut(atMs)
        if (command === 'merge') cap.merge(snapshot, atMs)
        if (command === 'restore') cap.restore(snapshot, atMs)
        before = cap.capPerSecond(atMs)

        expect(before).toBeGreaterThanOrEqual(floorPerSecond)
        expect(cap.weight(atMs)).toBeGreaterThanOrEqual(0.001)
        expect(cap.weight(atMs)).toBeLessThanOrEqual(1)
      }
    }),
    { numRuns: 500 },
  )
})

test('a refusal never raises the cap, and sending never changes it', () => {
  fc.assert(
    fc.property(commands, (list) => {
      const cap = new LearnedCap()
      for (const { atMs, command, ageMs } of timed(list, 0)) {
        const before = cap.capPerSecond(atMs)
        if (command === 'refused') {
          cap.refused(atMs - ageMs, atMs)
          expect(cap.capPerSecond(atMs)).toBeLessThanOrEqual(before)
        } else {
          cap.sent(atMs)
          expect(cap.capPerSecond(atMs)).toBe(before)
        }
      }
    }),
  )
})

test('a provider that takes 5 in a second and says nothing is found and kept to, whatever the demand', () => {
  const cap = new LearnedCap()
  let [level, taken, refused] = [0, 0, 0]
  for (let atMs = 0; atMs < 3_600_000; atMs += 50) {
    level = Math.max(0, level - 0.25)
    if (cap.weight(atMs) < 0.5) continue
    cap.sent(atMs)
    if (level + 1 > 50) {
      cap.refused(atMs, atMs)
      refused++
    } else {
      level++
      taken++
    }
  }

  expect(taken / 3_600).toBeGreaterThan(4)
  expect(refused / (taken + refused)).toBeLessThan(0.02)
})

test('merged rates add up to that of the merged stream, and the smaller cap wins', () => {
  const arrivals = fc.array(fc.record({ gapMs: fc.nat(3_000) }), { maxLength: 40 })
  fc.assert(
    fc.property(arrivals, arrivals, (ones, others) => {
      const [one, other, both] = [new LearnedCap(), new LearnedCap(), new LearnedCap()]
      const [first, second] = [timed(ones, 0), timed(others, 7)]
      for (const { atMs } of first) one.sent(atMs)
      for (const { atMs } of second) other.sent(atMs)
      for (const { atMs } of [...first, ...second].sort((a, b) => a.atMs - b.atMs)) both.sent(atMs)
      one.merge(other.snapshot(150_000), 150_000)

      expect(one.perSecond(150_000)).toBeCloseTo(both.perSecond(150_000), 9)
    }),
  )
  const cap = new LearnedCap()
  cap.restore({ perSecond: 0, capPerSecond: 8 }, 0)
  cap.merge({ perSecond: 0, capPerSecond: 9 }, 0)
  cap.merge({ perSecond: 0 }, 0)
  expect(cap.capPerSecond(0)).toBe(8)
  cap.merge({ perSecond: 0, capPerSecond: 3 }, 0)
  expect(cap.capPerSecond(0)).toBe(3)
})

test('a cap that is not smaller leaves the own one to grow as it was', () => {
  const cap = new LearnedCap()
  cap.restore({ perSecond: 0, capPerSecond: 8 }, 0)
  cap.merge({ perSecond: 0, capPerSecond: cap.capPerSecond(60_000) }, 60_000)

  expect(cap.capPerSecond(120_000)).toBeCloseTo(8 * 1.1 ** 3, 9)
})

test('a snapshot that went through JSON restores rate and cap, with a cap and without', () => {
  const cap = steady(10, 200_000)
  const restored = steady(99, 0)
  restored.restore(JSON.parse(JSON.stringify(cap.snapshot(200_000))), 5_000)
  expect(restored.snapshot(5_000)).toEqual(cap.snapshot(200_000))
  cap.refused(200_000, 200_000)
  restored.restore(JSON.parse(JSON.stringify(cap.snapshot(200_000))), 5_000)

  expect(restored.capPerSecond(65_000)).toBeCloseTo(cap.capPerSecond(260_000), 9)
})

test('an instant that goes backwards counts as no time passed', () => {
  const cap = steady(10, 200_000)
  cap.refused(200_000, 200_000)

  expect(cap.capPerSecond(0)).toBe(cap.capPerSecond(200_000))
  expect(cap.perSecond(0)).toBe(cap.perSecond(200_000))
})

test('with a ramp the inflow of whoever sends all that is allowed about doubles every 5 s', () => {
  const cap = new LearnedCap({ rampFromPerSecond: 2 })
  const sent: number[] = Array.from({ length: 12 }, () => 0)
  for (let atMs = 0; atMs < 60_000; atMs += 10) {
    const slot = Math.floor(atMs / 5_000)
    for (; cap.weight(atMs) === 1; cap.sent(atMs)) sent[slot] = (sent[slot] ?? 0) + 1
  }

  for (const [slot, count] of sent.entries()) {
    if (slot > 0) expect(count).toBeLessThanOrEqual(2.2 * (sent[slot - 1] ?? 0))
  }
  expect(sent[0]).toBeLessThanOrEqual(15)
  expect(sent[11]).toBeGreaterThan(500)
})

test('a ramp does not grow for 5 s after a refusal or a timeout', () => {
  const cap = steady(10, 200_000, new LearnedCap({ rampFromPerSecond: 2 }))
  expect(cap.weight(200_000)).toBe(1)
  cap.timedOut(200_000)

  expect(cap.capPerSecond(200_000)).toBe(Infinity)
  expect(cap.weight(200_000)).toBeLessThan(0.5)
  expect(cap.weight(205_000)).toBe(1)
})

test('a ramp grows again from 5 s after a refusal on', () => {
  const [ramp, other] = [new InflowRamp(0.1), new InflowRamp(0.1)]
  for (const one of [ramp, other]) for (let attempts = 0; attempts < 50; attempts++) one.sent(0)
  ramp.setBack(0)

  expect(ramp.use(4_999)).toBeCloseTo(2 * other.use(4_999), 12)
  expect(ramp.use(5_000)).toBe(other.use(5_000))
})

test('a ramp out of bounds is refused by name, bound and value', () => {
  expect(() => new LearnedCap({ rampFromPerSecond: 0 })).toThrow(
    'rampFromPerSecond must be in 0.1..1000000, got 0',
  )
})

test.each([
  [{ perSecond: Number.NaN }, 'perSecond must be in 0..'],
  [{ perSecond: 1, capPerSecond: 0 }, 'capPerSecond must be in 0.1..'],
  [{ perSecond: 1, capPerSecond: Infinity }, 'capPerSecond must be in 0.1..'],
])('a snapshot with %j is refused and changes nothing', (snapshot, message) => {
  const cap = steady(10, 200_000)
  const before = cap.snapshot(200_000)

  expect(() => cap.restore(snapshot, 200_000)).toThrow(message)
  expect(() => cap.merge(snapshot, 200_000)).toThrow(message)
  expect(cap.snapshot(200_000)).toEqual(before)
})
