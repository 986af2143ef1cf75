import assert from 'node:assert/strict'
import type { HealthOutcome } from '@nextbest/core'
import { acquire, areTooMany, attempt, dilute, openHalf, report, reportLate, times } from './driver.ts'
import type { ContractCase } from '../contract-case.ts'
import type { BreakerSubject } from './subject.ts'

/** What a closed breaker promises. */
export const closedCases: readonly ContractCase<BreakerSubject>[] = [
  { name: 'starts closed and admits any number of attempts', run: startsClosed },
  {
    name: 'opens after consecutiveFailures failures in a row, not one earlier',
    run: opensByConsecutiveFailures,
  },
  {
    name: 'opens as soon as of minimumSamples outcomes the Wilson lower bound of the failure rate is above failureRateBound',
    run: (subject) => opensByRate(subject, ['failure', 'failure', 'success']),
  },
  {
    name: 'opens by a failure rate nearer to failureRateBound only once there are more outcomes',
    run: (subject) => opensByRate(subject, ['success', 'failure']),
  },
  {
    name: 'never opens at a failure rate below failureRateBound',
    run: (subject) => opensByRate(subject, ['success', 'success', 'success', 'success', 'failure']),
  },
  { name: 'never opens by a success', run: neverOpensBySuccess },
  { name: 'forgets outcomes that are many half-lives old', run: forgetsOldOutcomes },
  { name: 'never changes by neutral outcomes', run: ignoresNeutralOutcomes },
  { name: 'counts a failure after the first content token', run: countsLateFailures },
  { name: 'counts an attempt that fails late as one failure, no success', run: countsLateFailureOnce },
  {
    name: 'ends a row of failures by a success that stands, whatever fails late before it',
    run: endsRowBySuccess,
  },
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

  await dilute(subject)
  await attempt(subject, ...oneShort, 'success', ...oneShort)
  assert.equal(subject.breaker.state, 'closed')

  await attempt(subject, 'failure')
  assert.equal(subject.breaker.state, 'open')
  assert.equal(subject.breaker.openings, 1)
}

/** Repeats a pattern, in which failures are not in a row for long enough, until too many have failed. */
async function opensByRate(subject: BreakerSubject, pattern: readonly HealthOutcome[]): Promise<void> {
  let failures = 0

  for (let outcomes = 1; outcomes <= 10 * subject.options.minimumSamples; outcomes++) {
    const outcome = pattern[(outcomes - 1) % pattern.length] ?? 'success'
    if (outcome === 'failure') failures++
    await attempt(subject, outcome)
    const opens = outcome === 'failure' && areTooMany(failures, outcomes, subject)
    assert.equal(subject.breaker.state, opens ? 'open' : 'closed', `${failures} of ${outcomes} failed`)
    if (opens) return
  }
}

async function neverOpensBySuccess(subject: BreakerSubject): Promise<void> {
  const { consecutiveFailures, minimumSamples } = subject.options
  const failures = times(consecutiveFailures - 1, 'failure')
  // Too many, but too few to judge.
  const outcomes = times(minimumSamples, 'success').flatMap(() => [...failures, 'success' as const])

  await attempt(subject, ...outcomes.slice(0, minimumSamples - 1))
  for (let successes = 0; successes < minimumSamples; successes++) {
    await attempt(subject, 'success')
    assert.equal(subject.breaker.state, 'closed')
  }
}

async function forgetsOldOutcomes(subject: BreakerSubject): Promise<void> {
  const { consecutiveFailures, halfLifeMs, minimumSamples } = subject.options
  const failures = times(consecutiveFailures - 1, 'failure')
  const outcomes = times(minimumSamples, 'success').flatMap(() => ['success' as const, ...failures])

  for (let time = 0; time < 3; time++) {
    await attempt(subject, ...outcomes.slice(0, minimumSamples - 1), 'success')
    await subject.advance(10 * halfLifeMs)
  }
  await attempt(subject, 'failure')
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

async function countsLateFailureOnce(subject: BreakerSubject): Promise<void> {
  await dilute(subject)
  for (let attempts = 1; attempts <= subject.options.consecutiveFailures; attempts++) {
    assert.equal(subject.breaker.state, 'closed')
    const permit = acquire(subject)
    await report(subject, permit, 'success')
    await reportLate(subject, permit)
  }
  assert.equal(subject.breaker.state, 'open', 'the success of one that fails late ends no row of failures')
}

async function endsRowBySuccess(subject: BreakerSubject): Promise<void> {
  await dilute(subject)
  await attempt(subject, ...times(subject.options.consecutiveFailures - 1, 'failure'))
  const failingLate = acquire(subject)
  await report(subject, failingLate, 'success')
  await attempt(subject, 'success')
  await reportLate(subject, failingLate)
  assert.equal(subject.breaker.state, 'closed')
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

  await attempt(subject, 'success')
  await openHalf(subject)
  const probe = acquire(subject)
  for (let time = 0; time < options.probesToClose; time++) await report(subject, probe, 'success')
  assert.equal(breaker.state, 'half-open', 'one successful probe, reported often')
}
