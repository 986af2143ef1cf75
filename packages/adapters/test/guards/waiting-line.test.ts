import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { exposedQueue, queueOf, request, track } from './waits.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('a call that left holds no place: another may come in its stead', async () => {
  const queue = queueOf(3)
  const left = new AbortController()
  const head = track(queue.wait(request(() => false)))
  await vi.advanceTimersByTimeAsync(50)
  for (let index = 0; index < 3; index++) void queue.wait(request(() => false, { signal: left.signal }))
  await vi.advanceTimersByTimeAsync(50)
  await expect(queue.wait(request(() => false))).resolves.toBe('queue-full')

  left.abort()
  await vi.advanceTimersByTimeAsync(0)
  const waits = []
  for (let index = 0; index < 4; index++) waits.push(track(queue.wait(request(() => false))))
  await vi.advanceTimersByTimeAsync(50)

  expect([head, ...waits].map(({ result }) => result)).toEqual([
    'waiting',
    'waiting',
    'waiting',
    'waiting',
    'queue-full',
  ])
})

test('calls that left take no turns: who comes after hundreds of them has the next', async () => {
  const queue = queueOf(1_000)
  const left = new AbortController()
  let free = false
  const head = track(queue.wait(request(() => free)))
  for (let index = 0; index < 500; index++) void queue.wait(request(() => false, { signal: left.signal }))
  await vi.advanceTimersByTimeAsync(2_000)
  const last = track(queue.wait(request(() => free)))
  await vi.advanceTimersByTimeAsync(1_000)

  left.abort()
  free = true
  await vi.advanceTimersByTimeAsync(120)

  expect([head.result, last.result]).toEqual(['admitted', 'admitted'])
})

test('however many come and leave, bottleneck never holds more jobs than calls have waited at once', async () => {
  const { queue, limiter } = exposedQueue(3)
  await vi.runAllTimersAsync()
  const head = track(queue.wait(request(() => false)))
  await vi.advanceTimersByTimeAsync(50)
  for (let round = 0; round < 100; round++) {
    const left = new AbortController()
    for (let index = 0; index < 3; index++) void queue.wait(request(() => true, { signal: left.signal }))
    await vi.advanceTimersByTimeAsync(10)
    left.abort()
    await vi.advanceTimersByTimeAsync(0)
  }

  expect([head.result, limiter.counts()]).toMatchObject(['waiting', { RECEIVED: 0, QUEUED: 3, EXECUTING: 1 }])
  queue.stop()
})

test('whoever leaves, the others never have their turns out of order', async () => {
  const call = fc.record({ priority: fc.integer({ min: 3, max: 5 }), leaves: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { maxLength: 12 }),
      fc.array(call, { maxLength: 12 }),
      async (early, late) => {
        const queue = queueOf()
        const admitted: number[] = []
        const left = new AbortController()
        let free = false
        const head = queue.wait(request(() => free, { askMs: 1_000 }))
        await vi.advanceTimersByTimeAsync(50)
        const calls: (Turn & { readonly leaves: boolean })[] = []
        const enter = async (entering: typeof early): Promise<void> => {
          for (const { priority, leaves } of entering) {
            const number = calls.push({ priority, leaves, number: calls.length })
            const wait = queue.wait(request(() => true, { priority, ...(leaves && { signal: left.signal }) }))
            void wait.then((result) => result === 'admitted' && admitted.push(number - 1))
          }
          await vi.advanceTimersByTimeAsync(100)
          left.abort()
          await vi.advanceTimersByTimeAsync(0)
        }

        await enter(early)
        await enter(late)
        free = true
        await vi.runAllTimersAsync()

        await expect(head).resolves.toBe('admitted')
        const stayed = calls.filter(({ leaves }) => !leaves)
        expect(admitted).toEqual(stayed.toSorted(byTurn).map(({ number }) => number))
        const next = [3, 4, 5].map((priority) => queue.wait(request(() => true, { priority })))
        await vi.runAllTimersAsync()
        await expect(Promise.all(next)).resolves.toEqual(['admitted', 'admitted', 'admitted'])
        expect(vi.getTimerCount()).toBe(0)
      },
    ),
    { numRuns: 100 },
  )
})

const byTurn = (one: Turn, other: Turn): number => one.priority - other.priority || one.number - other.number

interface Turn {
  readonly priority: number
  readonly number: number
}
