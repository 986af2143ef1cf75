import type { WaitRequest, WaitResult } from 'nextbest'
import { expect } from 'vitest'

/** A waiting queue, virtual or real, and its time. */
interface QueueSubject {
  wait(request: WaitRequest): Promise<WaitResult>
  stop(): void
  nowMs(): number
  /** Moves time on and lets promises settle. */
  advance(ms: number): Promise<void>
  pendingTimers(): number
}

/** One promise of every waiting queue. Calls that may wait behind the one whose turn it is: 3. */
export interface QueueCase {
  readonly name: string
  readonly run: (subject: QueueSubject) => Promise<void>
}

export const maxQueued = 3

/** How late a real queue may be, in ms. */
const slackMs = 50

interface Waiting {
  result: WaitResult | 'waiting'
}

function wait(
  subject: QueueSubject,
  request: Partial<WaitRequest> & { readonly inMs?: number; readonly free?: () => boolean },
): Waiting {
  const { inMs = 60_000, free = () => false, ...rest } = request
  const waiting: Waiting = { result: 'waiting' }
  const tryAdmit = (): number | undefined => (free() ? undefined : subject.nowMs() + 10)
  void subject
    .wait({ deadlineAtMs: subject.nowMs() + inMs, tryAdmit, abandoned: () => false, ...rest })
    .then((result) => (waiting.result = result))
  return waiting
}

export const queueContract: readonly QueueCase[] = [
  {
    name: 'admits a call that need not wait, and leaves no timer',
    run: async (subject) => {
      const call = wait(subject, { free: () => true })
      expect(call.result).toBe('waiting')
      await subject.advance(slackMs)
      expect(call.result).toBe('admitted')
      expect(subject.pendingTimers()).toBe(0)
    },
  },
  {
    name: 'gives turns by priority, and within one in the order of arrival',
    run: async (subject) => {
      let free = false
      const order: string[] = []
      const enter = (name: string, priority?: number): void => {
        void subject
          .wait({
            deadlineAtMs: subject.nowMs() + 60_000,
            tryAdmit: () => (free ? undefined : subject.nowMs() + 10),
            abandoned: () => false,
            ...(priority !== undefined && { priority }),
          })
          .then(() => order.push(name))
      }
      enter('head')
      await subject.advance(slackMs)
      enter('late', 9)
      enter('usual')
      enter('urgent', 0)
      await subject.advance(slackMs)
      free = true
      await subject.advance(1_000)
      expect(order).toEqual(['head', 'urgent', 'usual', 'late'])
    },
  },
  {
    name: 'turns away the newest when it is full',
    run: async (subject) => {
      const calls: Waiting[] = []
      for (let i = 0; i < maxQueued + 2; i++) {
        calls.push(wait(subject, {}))
        await subject.advance(slackMs)
      }
      expect(calls.map(({ result }) => result)).toEqual([
        ...Array.from({ length: maxQueued + 1 }, () => 'waiting'),
        'queue-full',
      ])
      subject.stop()
      await subject.advance(slackMs)
    },
  },
  {
    name: 'gives up at the deadline, at a turn or before it',
    run: async (subject) => {
      const head = wait(subject, { inMs: 500 })
      const behind = wait(subject, { inMs: 300 })
      await subject.advance(290)
      expect([head.result, behind.result]).toEqual(['waiting', 'waiting'])
      await subject.advance(20)
      expect([head.result, behind.result]).toEqual(['waiting', 'too-late'])
      await subject.advance(300)
      expect(head.result).toBe('too-late')
      await subject.advance(1_000)
      expect(subject.pendingTimers()).toBe(0)
    },
  },
  {
    name: 'says at once that it is too late when the next ask would be',
    run: async (subject) => {
      const call = wait(subject, { inMs: 1_000, tryAdmit: () => subject.nowMs() + 2_000 })
      await subject.advance(slackMs)
      expect(call.result).toBe('too-late')
    },
  },
  {
    name: 'lets a call go at once when its signal fires, and the next one has its turn',
    run: async (subject) => {
      const controller = new AbortController()
      let free = false
      const gone = wait(subject, { signal: controller.signal })
      const next = wait(subject, { free: () => free })
      await subject.advance(slackMs)
      controller.abort()
      await subject.advance(1)
      expect(gone.result).toBe('abandoned')
      free = true
      await subject.advance(1_000)
      expect(next.result).toBe('admitted')
    },
  },
  {
    name: 'never admits a call that says at its turn that its caller is gone',
    run: async (subject) => {
      const gone = wait(subject, { free: () => true, abandoned: () => true })
      await subject.advance(slackMs)
      expect(gone.result).toBe('abandoned')
    },
  },
  {
    name: 'takes a request that throws for abandoned',
    run: async (subject) => {
      const tryAdmit = (): never => {
        throw new Error('no')
      }
      const call = wait(subject, { tryAdmit })
      await subject.advance(slackMs)
      expect(call.result).toBe('abandoned')
    },
  },
  {
    name: 'ends every wait, and each later one, when it is stopped',
    run: async (subject) => {
      const calls = [wait(subject, {}), wait(subject, { priority: 0 }), wait(subject, {})]
      await subject.advance(slackMs)
      subject.stop()
      const late = wait(subject, { free: () => true })
      await subject.advance(1)
      expect([...calls, late].map(({ result }) => result)).toEqual(calls.concat(late).map(() => 'abandoned'))
    },
  },
]
