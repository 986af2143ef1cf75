import { describe, expect, test } from 'vitest'
import { callBudget } from '../../src/call/call-budget.ts'
import { callRules } from '../../src/call/call-rules.ts'
import type { CallSetup } from '../../src/call/call-machine.ts'
import type { CallEvent } from '../../src/call/call-event.ts'
import type { Failure } from '../../src/failure/failure.ts'
import { failed, follow, named, serverError, started } from './follow.ts'
import { planned } from './run-script.ts'

const budget = callBudget({ deadlineAtMs: 60_000 })
const only = { budget, plan: [planned('only')], standby: [] }
const two = { budget, plan: [planned('first'), planned('second')], standby: [] }
const ordered = { ...two, rules: callRules({ prefersFirst: true }) }

const overloaded: Failure = { kind: 'overloaded', status: 503, message: 'full' }

function busy(retryAfterMs?: number): Failure {
  return { kind: 'rate-limited', status: 429, message: 'slow down', ...(retryAfterMs && { retryAfterMs }) }
}

/** What follows when the first attempt fails at 100 ms. */
function after(setup: CallSetup, failure: Failure, more: readonly CallEvent[] = []): readonly string[] {
  return named(follow(setup, [started(1), failed(1, 100, failure), ...more]).effects)
}

test.each([
  ['a conflict', { kind: 'conflict', status: 409, message: 'conflict' }],
  ['a 424', { kind: 'server-error', status: 424, message: 'model error' }],
] as const)('after %s the only endpoint is tried once more at once, and one of two is left', (_, failure) => {
  expect(after(only, failure)).toContain('start 2 as retry')
  expect(after(ordered, failure)).toContain('start 2 as plain')
  expect(after(only, failure, [started(2, 100), failed(2, 200, failure)])).toContain('settle')
})

describe('the first choice of an explicit order', () => {
  test('is tried once more at once after a 500', () => {
    expect(after(ordered, serverError)).toContain('start 2 as retry')
  })

  test.each([502, 503, 504, 520, 523, 525, 527])('is tried once more at once after a %i', (status) => {
    expect(after(ordered, { ...serverError, status })).toContain('start 2 as retry')
  })

  test.each([500, 503])('is waited for a second when it says with a %i that it is overloaded', (status) => {
    const { effects } = follow(ordered, [started(1), failed(1, 100, { ...overloaded, status })])

    expect(effects.at(-1)).toMatchObject({ type: 'wait', kind: 'retry', standby: { retryAtMs: 1_100 } })
  })

  test('is left after a second 500', () => {
    expect(after(ordered, serverError, [started(2, 100), failed(2, 200, serverError)])).toContain(
      'start 3 as plain',
    )
  })

  test('is waited for when it asks for 3 s at most, and tried again when it admits', () => {
    const { effects } = follow(ordered, [started(1), failed(1, 100, busy(3_000))])

    expect(effects.at(-1)).toMatchObject({ type: 'wait', kind: 'retry', standby: { retryAtMs: 3_100 } })
    expect(after(ordered, busy(3_000), [{ type: 'admitted', nowMs: 3_200 }])).toEqual(['start 2 as retry'])
  })

  test('is not waited for longer than a gate may take that asked for so little, though its gate stays closed', () => {
    const { effects } = follow(ordered, [started(1), failed(1, 100, busy(2_000))])

    expect(effects.at(-1)).toMatchObject({ type: 'wait', untilMs: 3_700 })
    const { effects: alone } = follow(only, [started(1), failed(1, 100, busy(2_000))])
    expect(alone.at(-1)).toMatchObject({ type: 'wait', untilMs: 30_100 })
  })

  test.each([
    ['asks for more than 3 s', busy(3_001)],
    ['names no time', busy()],
    ['gives no first token in time', { kind: 'first-token-timeout', message: 'silent' }],
    ['may have run the request', { kind: 'connection-lost', message: 'reset' }],
    ['has no money', { kind: 'quota-exhausted', status: 429, message: 'no credit' }],
    ['asks for a wait with a 500', { ...serverError, retryAfterMs: 1_000 }],
    ['does not implement it (501)', { ...serverError, status: 501 }],
    ['does not speak the version (505)', { ...serverError, status: 505 }],
    ['timed out behind its proxy (524)', { ...serverError, status: 524 }],
    ['has no name (530)', { ...serverError, status: 530 }],
    ['timed out at a proxy (598)', { ...serverError, status: 598 }],
    ['sends a status below those of a proxy in trouble (519)', { ...serverError, status: 519 }],
    ['sends a status above those of a proxy in trouble (528)', { ...serverError, status: 528 }],
    ['gives up by its own timer (504)', { kind: 'first-token-timeout', status: 504, message: 'timed out' }],
  ] as const)('is left at once when it %s', (_, failure) => {
    expect(after(ordered, failure)).toContain('start 2 as plain')
  })

  test('is waited for once, however short the next wait would be', () => {
    const again = [
      { type: 'admitted', nowMs: 2_100 },
      started(2, 2_100),
      failed(2, 2_200, busy(300)),
    ] as const

    expect(after(ordered, busy(2_000), again)).toContain('start 3 as plain')
  })

  test('is left when the wait comes to nothing, or no extra attempt is left', () => {
    expect(after(ordered, busy(2_000), [{ type: 'wait-failed', nowMs: 200 }])).toEqual(['start 2 as plain'])
    const refused = {
      type: 'attempt-refused',
      attempt: 2,
      nowMs: 100,
      reason: 'no-extra-attempt',
      retryAtMs: undefined,
    } as const
    expect(after(ordered, serverError, [refused])).toEqual(['start 2 as plain'])
  })

  test('is left when the attempt would be the last', () => {
    const short = { ...ordered, budget: callBudget({ deadlineAtMs: 60_000, maxAttempts: 2 }) }

    expect(after(short, serverError)).toContain('start 2 as plain')
  })
})

describe('an endpoint that others can stand in for', () => {
  test.each([serverError, busy(300), overloaded])('is left at once after %j', (failure) => {
    expect(after(two, failure)).toContain('start 2 as plain')
  })

  test('is not waited for when it is the last to fail, since the others have been tried', () => {
    expect(after(two, serverError, [started(2, 100), failed(2, 200, busy(300))])).toContain('settle')
  })
})

describe('the only candidate', () => {
  test('is tried once more after a 500, and not twice', () => {
    expect(after(only, serverError)).toContain('start 2 as retry')
    expect(after(only, serverError, [started(2, 100), failed(2, 200, serverError)])).toContain('settle')
  })

  test('is not tried again when too little time is left to answer', () => {
    const short = { ...only, budget: callBudget({ deadlineAtMs: 299 }) }

    expect(after(short, serverError)).toContain('settle')
    expect(after({ ...short, budget: callBudget({ deadlineAtMs: 300 }) }, serverError)).toContain(
      'start 2 as retry',
    )
  })

  test('is not tried again when its failure says that the request itself is wrong', () => {
    expect(after(only, { kind: 'invalid-request', status: 424, message: 'bad tool' })).toContain('settle')
  })

  test('is waited for once when it is overloaded, and not twice', () => {
    const again = [
      { type: 'admitted', nowMs: 1_100 },
      started(2, 1_100),
      failed(2, 1_200, overloaded),
    ] as const

    expect(after(only, overloaded)).toContain('wait')
    expect(after(only, overloaded, again)).toContain('settle')
  })

  test('is so too when the others cannot serve in time', () => {
    const open = { ...planned('open'), retryAtMs: undefined }
    const far = { ...planned('far'), retryAtMs: 50_000 }
    const soon = { ...planned('soon'), retryAtMs: 500 }

    expect(after({ ...only, standby: [open, far] }, serverError)).toContain('start 2 as retry')
    expect(after({ ...only, standby: [open, soon] }, serverError)).toContain('wait')
  })

  test('is waited for after a 429 as long as it asks, if that fits', () => {
    expect(after(only, busy(20_000))).toContain('wait')
    expect(after(only, busy(40_000))).toContain('settle')
    expect(after(only, busy())).toContain('wait')
  })

  test('is waited for again and again while attempts are left', () => {
    const again = follow(only, [
      started(1),
      failed(1, 0, busy(500)),
      { type: 'admitted', nowMs: 500 },
      started(2, 500),
      failed(2, 600, busy(500)),
      { type: 'admitted', nowMs: 1_100 },
      started(3, 1_100),
      failed(3, 1_200, busy(500)),
    ])

    expect(again.state.attempts.map((attempt) => attempt.kind)).toEqual(['plain', 'retry', 'retry'])
    expect(again.state.outcome).toMatchObject({ type: 'failed', reason: 'all-failed' })
  })

  test.each(['no-extra-attempt', 'rate-gate'] as const)(
    'is given up when its second chance is refused for %s, and not waited for as if it had not been tried',
    (reason) => {
      const refused = { type: 'attempt-refused', attempt: 2, nowMs: 100, reason, retryAtMs: 300 } as const

      expect(after(only, serverError, [refused])).toContain('settle')
    },
  )

  test('is never tried again after a timeout', () => {
    expect(after(only, { kind: 'first-token-timeout', message: 'silent' })).toContain('settle')
  })

  test('is not waited for where the admission would leave no time to answer', () => {
    const short = {
      ...only,
      budget: callBudget({ deadlineAtMs: 2_000 }),
      plan: [planned('only', { usefulMs: 1_500 })],
    }

    expect(after(short, busy(1_000))).toContain('settle')
  })
})
