import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CacheMemory, cacheMemoryDefaults } from '../../src/signals/cache-memory.ts'
import { anyNumber, gapMs, timed } from './arbitraries.ts'

const { ttlMs } = cacheMemoryDefaults
const asked = { key: 'talk', endpointId: 'one', promptTokens: 10_000 }

const keys = fc.constantFrom('talk', 'chat', 'agent')
const endpointIds = fc.constantFrom('one', 'two')
const reports = fc.array(
  fc.record({ gapMs, key: keys, endpointId: endpointIds, promptTokens: anyNumber, cachedTokens: anyNumber }),
  { maxLength: 20 },
)

test('an endpoint that was never sent the conversation has nothing of it', () => {
  const memory = new CacheMemory()
  memory.record({ ...asked, cachedTokens: 0 }, 0)

  expect(memory.expectedCachedTokens({ ...asked, endpointId: 'two' }, 1)).toBe(0)
  expect(memory.expectedCachedTokens({ ...asked, key: 'chat' }, 1)).toBe(0)
})

test('half of the first prompt is expected to be cached, until a second one shows more or less', () => {
  const memory = new CacheMemory()
  memory.record({ ...asked, promptTokens: 8_000, cachedTokens: 0 }, 0)

  expect(memory.expectedCachedTokens(asked, 1_000)).toBe(4_000)
  memory.record({ ...asked, cachedTokens: 8_000 }, 1_000)
  expect(memory.expectedCachedTokens(asked, 2_000)).toBe(7_500)
  memory.record({ ...asked, cachedTokens: 0 }, 2_000)
  expect(memory.expectedCachedTokens(asked, 3_000)).toBe(3_750)
})

test('the hit rate moves halfway to the share that was read of what could have been', () => {
  const memory = new CacheMemory()
  memory.record({ ...asked, promptTokens: 8_000, cachedTokens: 0 }, 0)
  memory.record({ ...asked, cachedTokens: 2_000 }, 1_000)

  expect(memory.expectedCachedTokens(asked, 2_000)).toBe(3_750)
})

test('a shorter prompt is expected to be cached for its own length only', () => {
  const memory = new CacheMemory()
  memory.record({ ...asked, cachedTokens: 0 }, 0)

  expect(memory.expectedCachedTokens({ ...asked, promptTokens: 300 }, 1)).toBe(150)
})

test('the provider forgets 5 min after the last prompt', () => {
  const memory = new CacheMemory()
  memory.record({ ...asked, cachedTokens: 0 }, 0)
  memory.record({ ...asked, cachedTokens: 10_000 }, 200_000)

  expect(memory.expectedCachedTokens(asked, 200_000 + ttlMs - 1)).toBe(7_500)
  expect(memory.expectedCachedTokens(asked, 200_000 + ttlMs)).toBe(0)
})

test('a prompt that comes after the provider has forgotten is no miss', () => {
  const memory = new CacheMemory()
  memory.record({ ...asked, cachedTokens: 0 }, 0)
  memory.record({ ...asked, cachedTokens: 10_000 }, 1_000)
  memory.record({ ...asked, cachedTokens: 0 }, 1_000 + ttlMs)

  expect(memory.expectedCachedTokens(asked, 2_000 + ttlMs)).toBe(7_500)
})

test('an endpoint that failed is forgotten, for that conversation only', () => {
  const memory = new CacheMemory()
  for (const endpointId of ['one', 'two']) memory.record({ ...asked, endpointId, cachedTokens: 0 }, 0)
  memory.record({ ...asked, key: 'chat', cachedTokens: 0 }, 0)
  memory.forget('talk', 'one')
  memory.forget('talk', 'never seen')
  memory.forget('never seen', 'one')

  expect(memory.expectedCachedTokens(asked, 1)).toBe(0)
  expect(memory.expectedCachedTokens({ ...asked, endpointId: 'two' }, 1)).toBe(5_000)
  expect(memory.expectedCachedTokens({ ...asked, key: 'chat' }, 1)).toBe(5_000)
})

test('whichever of its endpoints failed is forgotten', () => {
  const memory = new CacheMemory()
  for (const endpointId of ['one', 'two']) memory.record({ ...asked, endpointId, cachedTokens: 0 }, 0)
  memory.forget('talk', 'two')

  expect(memory.expectedCachedTokens(asked, 1)).toBe(5_000)
  expect(memory.expectedCachedTokens({ ...asked, endpointId: 'two' }, 1)).toBe(0)
})

test('a conversation that goes on displaces no other', () => {
  const memory = new CacheMemory({ maxConversations: 4 })
  for (const key of ['chat', 'talk', 'talk', 'agent', 'agent'])
    memory.record({ ...asked, key, cachedTokens: 0 }, 0)

  expect(memory.expectedCachedTokens({ ...asked, key: 'chat' }, 0)).toBe(5_000)
})

test('its size is the number of conversations that it remembers', () => {
  const memory = new CacheMemory({ maxConversations: 4 })
  for (const key of ['chat', 'talk', 'agent']) memory.record({ ...asked, key, cachedTokens: 0 }, 0)

  expect(memory.size).toBe(3)
})

test('of more than eight endpoints that were sent to at the same instant, the first is forgotten', () => {
  const memory = new CacheMemory()
  for (let i = 0; i < 9; i++) memory.record({ ...asked, endpointId: `e${i}`, cachedTokens: 0 }, 0)

  expect(memory.expectedCachedTokens({ ...asked, endpointId: 'e0' }, 0)).toBe(0)
  expect(memory.expectedCachedTokens({ ...asked, endpointId: 'e7' }, 0)).toBe(5_000)
})

test('of a conversation at more than eight endpoints, the one sent to longest ago is forgotten', () => {
  const memory = new CacheMemory()
  for (let i = 0; i < 8; i++) memory.record({ ...asked, endpointId: `e${i}`, cachedTokens: 0 }, i)
  memory.record({ ...asked, endpointId: 'e0', cachedTokens: 0 }, 8)
  memory.record({ ...asked, endpointId: 'e8', cachedTokens: 0 }, 9)

  const forgotten = Array.from({ length: 9 }, (_, i) => `e${i}`).filter(
    (endpointId) => memory.expectedCachedTokens({ ...asked, endpointId }, 10) === 0,
  )
  expect(forgotten).toEqual(['e1'])
})

test('never are more conversations remembered than the bound, and always the half of it recorded last', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 12 }),
      fc.array(fc.nat(20), { maxLength: 100 }),
      (maxConversations, order) => {
        const memory = new CacheMemory({ maxConversations })
        for (const [at, key] of order.entries()) {
          memory.record({ ...asked, key: String(key), cachedTokens: 10_000 }, 0)
          expect(memory.size).toBeLessThanOrEqual(maxConversations)
          expect(memory.size).toBeLessThanOrEqual(new Set(order.slice(0, at + 1)).size)
        }
        const latest = [...new Set(order.toReversed())].slice(0, Math.floor(maxConversations / 2))
        for (const key of latest) {
          expect(memory.expectedCachedTokens({ ...asked, key: String(key) }, 0)).toBeGreaterThan(0)
        }
      },
    ),
  )
})

test('30,000 conversations leave the last 5,000 and at most 10,000', () => {
  const memory = new CacheMemory()
  for (let i = 0; i < 30_000; i++) memory.record({ ...asked, key: String(i), cachedTokens: 0 }, 0)

  expect(memory.size).toBeLessThanOrEqual(10_000)
  expect(memory.expectedCachedTokens({ ...asked, key: '25000' }, 0)).toBe(5_000)
  expect(memory.expectedCachedTokens({ ...asked, key: '15000' }, 0)).toBe(0)
})

test('what is expected never exceeds the prompt, whatever was recorded', () => {
  fc.assert(
    fc.property(reports, anyNumber, (events, promptTokens) => {
      const memory = new CacheMemory()
      const history = timed(events, 0)
      for (const { atMs, ...report } of history) memory.record(report, atMs)
      const expected = memory.expectedCachedTokens({ ...asked, promptTokens }, history.at(-1)?.atMs ?? 0)

      expect(expected).toBeGreaterThanOrEqual(0)
      expect(expected).toBeLessThanOrEqual(promptTokens)
    }),
  )
})

test('whenever more was read from the cache, no less is expected of it', () => {
  fc.assert(
    fc.property(reports, fc.nat(20_000), fc.nat(20_000), (events, one, other) => {
      const history = timed(events, 0)
      const nowMs = history.at(-1)?.atMs ?? 0
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map((cachedTokens) => {
        const memory = new CacheMemory()
        for (const { atMs, ...report } of history) memory.record(report, atMs)
        memory.record({ ...asked, cachedTokens }, nowMs)
        return memory.expectedCachedTokens(asked, nowMs)
      })

      expect(more).toBeGreaterThanOrEqual(less ?? Number.NaN)
    }),
  )
})

test('a shift of all instants changes nothing, and neither does reading', () => {
  fc.assert(
    fc.property(reports, fc.integer({ min: -1e9, max: 1e9 }), (events, shiftMs) => {
      const plain = new CacheMemory()
      const shifted = new CacheMemory()
      for (const { atMs, ...report } of timed(events, 0)) {
        plain.record(report, atMs)
        shifted.expectedCachedTokens(report, atMs + shiftMs + ttlMs)
        shifted.record(report, atMs + shiftMs)
      }
      const end = timed(events, 0).at(-1)?.atMs ?? 0

      expect(shifted.expectedCachedTokens(asked, end + shiftMs)).toBe(plain.expectedCachedTokens(asked, end))
    }),
  )
})

test('an instant that goes backwards counts as no time passed', () => {
  const memory = new CacheMemory()
  memory.record({ ...asked, cachedTokens: 0 }, 500_000)
  memory.record({ ...asked, cachedTokens: 10_000 }, 100)

  expect(memory.expectedCachedTokens(asked, 500_001)).toBe(7_500)
})

test.each([
  [{ ttlMs: 10 }, 'ttlMs must be in 1000..86400000, got 10'],
  [{ maxConversations: 1 }, 'maxConversations must be in 2..1000000, got 1'],
])('the option %j is refused by name, bound and value', (options, message) => {
  expect(() => new CacheMemory(options)).toThrow(message)
})
