import assert from 'node:assert/strict'
import type { BreakerPermit } from '@nextbest/core'
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

/** What an open or half-open breaker promises. */
export const openCases: readonly ContractCase<BreakerSubject>[] = [
  { name: 'refuses while open, for between a half and the whole of openMs', run: staysOpen },
  { name: 'says when it will be half-open, and never is before', run: saysUntilWhen },
  { name: 'admits one probe at a time while half-open', run: admitsOneProbe },
  { name: 'takes a neutral probe for none and admits another', run: freesNeutralProbe },
  { name: 'closes after probesToClose successful probes, not one earlier', run: closesByProbes },
  { name: 'reopens by a failed probe, each time for twice as long, up to maxOpenMs', run: reopensLonger },
  { name: 'reopens when a successful probe fails late', run: reopensByLateFailure },
  { name: 'reopens, for longer, when a probe that closed it fails late', run: reopensByLateProbe },
  {
    name: 'stays closed by a probe that fails late once enough other attempts have counted',
    run: outlivesLateProbe,
  },
  { name: 'starts afresh once it has closed', run: startsAfresh },
  { name: 'starts slowly once it has closed', run: startsSlowly },
  { name: 'opens with another instance, a little longer, and then probes', run: opensWithAnother },
  { name: 'stays closed when another instance opens while its own attempts succeed', run: believesItself },
  { name: 'is not opened anew by another instance', run: opensOnce },
  { name: 'holds no timer and admits everything once disposed', run: admitsOnceDisposed },
]

async function staysOpen(subject: BreakerSubject): Promise<void> {
  await open(subject)
  assertRefuses(subject)
  await assertOpensFor(subject, subject.options.openMs)
}

async function saysUntilWhen(subject: BreakerSubject): Promise<void> {
  const { breaker } = subject
  assert.equal(breaker.opensUntilMs, undefined)
  await open(subject)

  const untilMs = breaker.opensUntilMs
  assert.ok(untilMs !== undefined)
  await subject.advance(Math.ceil(untilMs - subject.nowMs()) - 1)
  assert.equal(breaker.state, 'open')
  assert.equal(breaker.opensUntilMs, untilMs)
  await subject.advance(1)
  assert.equal(breaker.state, 'half-open')
  assert.equal(breaker.opensUntilMs, undefined)

  await close(subject)
  assert.equal(breaker.opensUntilMs, undefined)
}

async function admitsOneProbe(subject: BreakerSubject): Promise<void> {
  await openHalf(subject)
  assert.equal(subject.breaker.admits, true)

  const probe = acquire(subject)
  assert.equal(probe.probe, true)
  assertRefuses(subject)
  await subject.advance(subject.options.maxOpenMs)
  assertRefuses(subject)

  await report(subject, probe, 'success')
  assert.equal(acquire(subject).probe, true)
  assertRefuses(subject)
}

async function freesNeutralProbe(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  await openHalf(subject)

  await attempt(subject, ...times(3 * options.probesToClose, 'neutral'))
  assert.equal(breaker.state, 'half-open')
  assert.equal(breaker.openings, 1)

  await attempt(subject, ...times(options.probesToClose - 1, 'success'), 'neutral')
  assert.equal(breaker.state, 'half-open')
  await attempt(subject, 'success')
  assert.equal(breaker.state, 'closed')
}

async function closesByProbes(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  await openHalf(subject)

  await attempt(subject, ...times(options.probesToClose - 1, 'success'))
  assert.equal(breaker.state, 'half-open')
  assert.equal(breaker.openings, 1)

  await attempt(subject, 'success')
  assert.equal(breaker.state, 'closed')
  assert.equal(breaker.openings, 0)
  assert.equal(acquire(subject).probe, false)
  assert.equal(breaker.admits, true)
}

async function reopensLonger(subject: BreakerSubject): Promise<void> {
  const { openMs, maxOpenMs, probesToClose } = subject.options
  await open(subject)

  for (let openings = 1; openings <= 8; openings++) {
    assert.equal(subject.breaker.openings, openings)
    await assertOpensFor(subject, Math.min(maxOpenMs, openMs * 2 ** (openings - 1)))
    await attempt(subject, ...times(probesToClose - 1, 'success'), 'failure')
  }
}

async function reopensByLateFailure(subject: BreakerSubject): Promise<void> {
  await openHalf(subject)
  const probe = acquire(subject)
  await report(subject, probe, 'success')
  assert.equal(subject.breaker.state, 'half-open')

  await reportLate(subject, probe)
  assert.equal(subject.breaker.openings, 2)
  await assertOpensFor(subject, Math.min(subject.options.maxOpenMs, 2 * subject.options.openMs))
}

async function reopensByLateProbe(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  const probe = await closeByProbe(subject)
  await attempt(subject, ...times(options.minimumSamples - 1, 'success'))
  await reportLate(subject, probe)

  assert.equal(breaker.openings, 2)
  await assertOpensFor(subject, Math.min(options.maxOpenMs, 2 * options.openMs))
}

async function outlivesLateProbe(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  const probe = await closeByProbe(subject)
  await attempt(subject, ...times(options.minimumSamples, 'success'))
  await reportLate(subject, probe)

  assert.equal(breaker.state, 'closed')
  assert.equal(breaker.openings, 0)
}

/** Opens and closes the breaker, and returns the permit of the probe whose success closed it. */
async function closeByProbe(subject: BreakerSubject): Promise<BreakerPermit> {
  await openHalf(subject)
  await attempt(subject, ...times(subject.options.probesToClose - 1, 'success'))
  const probe = acquire(subject)
  await report(subject, probe, 'success')
  assert.equal(subject.breaker.state, 'closed')
  return probe
}

async function startsAfresh(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  await openHalf(subject)
  await attempt(subject, 'failure')
  await subject.advance(options.maxOpenMs)
  await close(subject)
  assert.equal(breaker.openings, 0)

  await attempt(subject, ...times(options.consecutiveFailures - 1, 'failure'))
  assert.equal(breaker.state, 'closed', 'neither the row of failures nor their rate outlasts an opening')
  await attempt(subject, 'failure')
  assert.equal(breaker.openings, 1)
  await assertOpensFor(subject, options.openMs)
}

async function startsSlowly(subject: BreakerSubject): Promise<void> {
  const { slowStartMs } = subject.options
  const assertShare = (share: number): void => {
    const actual = subject.breaker.admitShare(subject.nowMs())
    assert.ok(Math.abs(actual - share) < 1e-9, `a share of ${actual} instead of ${share}`)
  }

  assertShare(1)
  await openHalf(subject)
  assertShare(0.1)
  await close(subject)
  assertShare(0.1)
  await subject.advance(slowStartMs / 2)
  assertShare(0.5)
  await subject.advance(slowStartMs / 2)
  assertShare(1)
  await open(subject)
  assertShare(0.1)
}

async function opensWithAnother(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  breaker.openedElsewhere(1_000)
  await subject.advance(999)
  assert.equal(breaker.state, 'open')
  assert.equal(breaker.openings, 1)
  assertRefuses(subject)
  await subject.advance(501)
  assert.equal(breaker.state, 'half-open')

  await attempt(subject, 'failure')
  await assertOpensFor(subject, Math.min(options.maxOpenMs, 2 * options.openMs))
  await close(subject)
}

async function believesItself(subject: BreakerSubject): Promise<void> {
  const { breaker } = subject
  await attempt(subject, 'success')
  await subject.advance(999)
  breaker.openedElsewhere(1_000)
  assert.equal(breaker.state, 'closed')

  await subject.advance(2)
  for (const nothing of [0, -1, Number.NaN]) breaker.openedElsewhere(nothing)
  assert.equal(breaker.state, 'closed')
  breaker.openedElsewhere(1_000)
  assert.equal(breaker.state, 'open')
}

async function opensOnce(subject: BreakerSubject): Promise<void> {
  const { breaker } = subject
  await open(subject)
  const untilMs = breaker.opensUntilMs
  breaker.openedElsewhere(3_600_000)
  assert.equal(breaker.opensUntilMs, untilMs)
  await subject.advance(subject.options.openMs)
  breaker.openedElsewhere(3_600_000)
  assert.equal(breaker.state, 'half-open')
  await close(subject)
}

async function admitsOnceDisposed(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  await open(subject)

  breaker.dispose()
  breaker.dispose()
  if (subject.pendingTimers !== undefined) assert.equal(subject.pendingTimers(), 0)

  await attempt(subject, ...times(2 * options.minimumSamples, 'failure'))
  await subject.advance(options.maxOpenMs)
  assert.equal(breaker.admits, true)
  assert.equal(acquire(subject).probe, false)
}
