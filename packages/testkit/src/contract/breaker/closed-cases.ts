import assert from 'node:assert/strict'
import { acquire, attempt, failuresAtRate, openHalf, report, reportLate, spread, times } from './driver.ts'
import type { ContractCase } from '../contract-case.ts'
import type { BreakerSubject } from './subject.ts'

/** What a closed breaker promises. */
export const closedCases: readonly ContractCase<BreakerSubject>[] = [
  { name: 'starts closed and admits any number of attempts', run: startsClosed },
  {
    name: 'opens after consecutiveFailures failures in a row, not one earlier',
    run: opensByConsecutiveFailures,
  },
  { name: 'opens at the failure rate once minimumSamples outcomes are there, not before', run: opensByRate },
  { name: 'stays closed below the failure rate', run: staysClosedBelowRate },
  { name: 'forgets outcomes that are older than the window', run: forgetsOldOutcomes },
  { name: 'never changes by neutral outcomes', run: ignoresNeutralOutcomes },
  { name: 'counts a failure after the first content token', run: countsLateFailures },
  { name: 'counts a permit that is reported twice once', run: countsPermitsOnce },
]

async function startsClosed(subject: BreakerSubject): Promise<void> {
  const { breaker } = subject

  assert.equal(breaker.state, 'closed')
  assert.equal(breaker.openings, 0)
  for (let attempts = 0; attempts < 100; attempts++) assert.equal(acquire(subject).probe, false)
}

async function opensByConsecutiveFailures(subject: BreakerSubject): Promise<void> {
  const oneShort = times(subject.options.consecutiveFailures - 1, 'failure')

  await attempt(subject, ...oneShort, 'success', ...oneShort)
  assert.equal(subject.breaker.state, 'closed')

  await attempt(subject, 'failure')
  assert.equal(subject.breaker.state, 'open')
  assert.equal(subject.breaker.openings, 1)
}

async function opensByRate(subject: BreakerSubject): Promise<void> {
  const outcomes = spread(subject.options.minimumSamples, failuresAtRate(subject))

  await attempt(subject, ...outcomes.slice(0, -1))
  assert.equal(subject.breaker.state, 'closed')

  await attempt(subject, ...outcomes.slice(-1))
  assert.equal(subject.breaker.state, 'open')
}

async function staysClosedBelowRate(subject: BreakerSubject): Promise<void> {
  const outcomes = spread(subject.options.minimumSamples, failuresAtRate(subject) - 1)

  await attempt(subject, ...outcomes, ...outcomes, ...outcomes)
  assert.equal(subject.breaker.state, 'closed')
}

async function forgetsOldOutcomes(subject: BreakerSubject): Promise<void> {
  const outcomes = spread(subject.options.minimumSamples, failuresAtRate(subject))

  await attempt(subject, ...outcomes.slice(0, -1))
  await subject.advance(1.1 * subject.options.windowMs)
  await attempt(subject, ...outcomes.slice(-1))
  assert.equal(subject.breaker.state, 'closed')
}

async function ignoresNeutralOutcomes(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject

  await attempt(subject, ...times(2 * options.minimumSamples, 'neutral'))
  assert.equal(breaker.state, 'closed')

  await attempt(subject, ...times(options.consecutiveFailures - 1, 'failure'), 'neutral', 'failure')
  assert.equal(breaker.state, 'open', 'a neutral outcome does not end a row of failures')
}

async function countsLateFailures(subject: BreakerSubject): Promise<void> {
  const permits = times(subject.options.consecutiveFailures, 'success').map(() => acquire(subject))
  for (const permit of permits) await report(subject, permit, 'success')

  for (const permit of permits) {
    assert.equal(subject.breaker.state, 'closed')
    await reportLate(subject, permit)
  }
  assert.equal(subject.breaker.state, 'open')
}

async function countsPermitsOnce(subject: BreakerSubject): Promise<void> {
  const { breaker, options } = subject
  const failed = acquire(subject)
  const failedLate = acquire(subject)
  await report(subject, failedLate, 'success')

  for (let time = 0; time < options.consecutiveFailures; time++) await report(subject, failed, 'failure')
  assert.equal(breaker.state, 'closed', 'one failure, reported often')
  for (let time = 0; time < options.consecutiveFailures; time++) await reportLate(subject, failedLate)
  assert.equal(breaker.state, 'closed', 'one late failure, reported often')

  await subject.advance(1.1 * options.windowMs)
  await attempt(subject, 'success')
  await openHalf(subject)
  const probe = acquire(subject)
  for (let time = 0; time < options.probesToClose; time++) await report(subject, probe, 'success')
  assert.equal(breaker.state, 'half-open', 'one successful probe, reported often')
}
