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

/** Returns `count` outcomes with `failures` failures among them, as evenly spread as can be; the last one is a failure. */
export function spread(count: number, failures: number): HealthOutcome[] {
  const failuresUpTo = (index: number): number => Math.floor((index * failures) / count)
  return Array.from({ length: count }, (_, index) =>
    failuresUpTo(index + 1) > failuresUpTo(index) ? 'failure' : 'success',
  )
}

/** Returns the fewest failures among `minimumSamples` outcomes that make up the failure rate. */
export function failuresAtRate({ options }: BreakerSubject): number {
  return Math.ceil(options.failureRate * options.minimumSamples)
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
