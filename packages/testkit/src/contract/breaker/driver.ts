import assert from 'node:assert/strict'
import type { BreakerPermit, HealthOutcome } from '@nextbest/core'
import type { BreakerSubject } from './subject.ts'

/** Returns a permit, which the breaker must be ready to give. */
export function acquire({ breaker }: BreakerSubject): BreakerPermit {
  const permit = breaker.tryAcquire()
  assert.ok(permit, `a breaker that is ${breaker.state} gives a permit`)
  return permit
}

/** Asserts that the breaker refuses. */
export function assertRefuses({ breaker }: BreakerSubject): void {
  assert.equal(breaker.admits, false)
  assert.equal(breaker.tryAcquire(), undefined)
}

/** Makes attempts with these outcomes, one after the other, and lets the breaker take them in. */
export async function attempt(subject: BreakerSubject, ...outcomes: readonly HealthOutcome[]): Promise<void> {
  for (const outcome of outcomes) {
    subject.breaker.report(acquire(subject), outcome)
    await subject.advance(0)
  }
}

/** Reports an outcome and lets the breaker take it in. */
export async function report(
  subject: BreakerSubject,
  permit: BreakerPermit,
  outcome: HealthOutcome,
): Promise<void> {
  subject.breaker.report(permit, outcome)
  await subject.advance(0)
}

/** Reports a failure after the first content token and lets the breaker take it in. */
export async function reportLate(subject: BreakerSubject, permit: BreakerPermit): Promise<void> {
  subject.breaker.reportLateFailure(permit)
  await subject.advance(0)
}

/** Returns an outcome, so many times. */
export function times(count: number, outcome: HealthOutcome): HealthOutcome[] {
  return Array.from({ length: count }, () => outcome)
}

/**
 * Returns whether so many failures among so many outcomes are too many: whether the lower end of Wilson's interval of 95 % lies
 * above the bound. By the test whose inverse the interval is: the failures exceed what the bound makes expected by more than
 * 1.64 standard deviations.
 */
export function areTooMany(failures: number, outcomes: number, { options }: BreakerSubject): boolean {
  const { failureRateBound, minimumSamples } = options
  const expected = outcomes * failureRateBound
  const deviation = Math.sqrt(expected * (1 - failureRateBound))
  return outcomes >= minimumSamples && failures > expected + 1.64 * deviation
}

/** Makes so many successful attempts that twice `consecutiveFailures` failures are not too many. */
export async function dilute(subject: BreakerSubject): Promise<void> {
  const { consecutiveFailures, failureRateBound } = subject.options
  await attempt(subject, ...times(Math.ceil((2 * consecutiveFailures) / failureRateBound), 'success'))
}

/** Opens a closed breaker by failures in a row. */
export async function open(subject: BreakerSubject): Promise<void> {
  await attempt(subject, ...times(subject.options.consecutiveFailures, 'failure'))
  assert.equal(subject.breaker.state, 'open')
}

/** Opens a closed breaker and waits until it is half-open. */
export async function openHalf(subject: BreakerSubject): Promise<void> {
  await open(subject)
  await subject.advance(subject.options.openMs)
  assert.equal(subject.breaker.state, 'half-open')
}

/** Closes a half-open breaker by successful probes. */
export async function close(subject: BreakerSubject): Promise<void> {
  await attempt(subject, ...times(subject.options.probesToClose, 'success'))
  assert.equal(subject.breaker.state, 'closed')
}

/** Asserts that an open breaker stays open for half its nominal time and not for longer than the whole of it. */
export async function assertOpensFor(subject: BreakerSubject, nominalMs: number): Promise<void> {
  assert.equal(subject.breaker.state, 'open')
  const shortestMs = Math.floor(nominalMs / 2) - 1
  await subject.advance(shortestMs)
  assert.equal(subject.breaker.state, 'open', `half-open within ${shortestMs} of ${nominalMs} ms`)
  assertRefuses(subject)
  await subject.advance(nominalMs - shortestMs)
  assert.equal(subject.breaker.state, 'half-open', `still open after ${nominalMs} ms`)
}
