import assert from 'node:assert/strict'
import {
  acquire,
  assertOpensFor,
  assertRefuses,
  attempt,
  close,
  open,
  openHalf,
  report,
  reportLate,
  times,
} from './driver.ts'
import type { ContractCase } from '../contract-case.ts'
import type { BreakerSubject } from './subject.ts'

/** What a breaker promises of outcomes that come after the state they were permitted in. */
export const staleCases: readonly ContractCase<BreakerSubject>[] = [
  { name: 'never changes by outcomes from before the opening', run: ignoresStaleOutcomes },
  {
    name: 'never changes by outcomes from before the opening once it has closed',
    run: ignoresStaleOnceClosed,
  },
  {
    name: 'never takes the outcome of an earlier probe for that of the present one',
    run: ignoresStaleProbes,
  },
]

async function ignoresStaleOutcomes(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  const whileOpen = await takeStale(subject)
  const whileHalfOpen = await takeStale(subject)
  await open(subject)

  await whileOpen()
  assert.equal(breaker.state, 'open')
  await assertOpensFor(subject, options.openMs)

  await whileHalfOpen()
  assert.equal(breaker.state, 'half-open')
  assert.equal(breaker.openings, 1)
  await close(subject)
}

/** Starts attempts that outlast an opening, and returns what reports the outcomes of them all. */
async function takeStale(subject: BreakerSubject): Promise<() => Promise<void>> {
  const { consecutiveFailures, probesToClose } = subject.options
  const succeeding = times(probesToClose, 'success').map(() => acquire(subject))
  const failing = times(consecutiveFailures, 'failure').map(() => acquire(subject))
  const neutral = acquire(subject)
  const failingLate = acquire(subject)
  await report(subject, failingLate, 'success')

  return async () => {
    for (const permit of succeeding) await report(subject, permit, 'success')
    for (const permit of failing) await report(subject, permit, 'failure')
    await report(subject, neutral, 'neutral')
    await reportLate(subject, failingLate)
  }
}

async function ignoresStaleOnceClosed(subject: BreakerSubject): Promise<void> {
  const reportStale = await takeStale(subject)
  await openHalf(subject)
  await close(subject)

  await attempt(subject, ...times(subject.options.consecutiveFailures - 1, 'failure'))
  await reportStale()
  assert.equal(subject.breaker.state, 'closed')
  await attempt(subject, 'failure')
  assert.equal(subject.breaker.state, 'open', 'a stale success does not end a row of failures')
}

async function ignoresStaleProbes(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  await openHalf(subject)
  const first = acquire(subject)
  await report(subject, first, 'success')
  const stale = acquire(subject)
  await reportLate(subject, first)
  await subject.advance(2 * options.openMs)
  assert.equal(breaker.state, 'half-open')

  const probe = acquire(subject)
  await report(subject, stale, 'failure')
  assert.equal(breaker.state, 'half-open')
  assertRefuses(subject)
  await report(subject, probe, 'success')
  assert.equal(breaker.admits, true)
}
