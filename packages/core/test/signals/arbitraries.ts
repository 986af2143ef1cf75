import fc from 'fast-check'
import type { AttemptReport } from '../../src/signals/attempt-report.ts'

/** Whole milliseconds between two events: mostly none or few, sometimes hours. */
export const gapMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 20_000_000 }),
)

/** Milliseconds of any size that a latency may have. */
export const latencyMs = fc.double({ min: 1, max: 600_000, noNaN: true })

export const share = fc.double({ min: 0, max: 1, noNaN: true })

export const outcome = fc.constantFrom('success', 'early', 'late')

export const outcomeEvents = fc.array(fc.record({ gapMs, outcome, weight: share }), { maxLength: 40 })

/** Any number that is not negative, infinity included. */
export const anyNumber = fc.oneof(
  fc.constantFrom(0, 1, 1e300, Number.MAX_VALUE, Infinity, Number.MIN_VALUE),
  fc.double({ min: 0, noNaN: true }),
  fc.nat(100_000),
)

export const attemptReport: fc.Arbitrary<AttemptReport> = fc.record({
  outcome: fc.constantFrom('success', 'early', 'late', 'neutral'),
  weight: anyNumber,
  promptTokens: anyNumber,
  outputTokens: anyNumber,
  ttftMs: fc.option(anyNumber, { nil: undefined }),
  durationMs: anyNumber,
})

/** Gives each event its instant. */
export function timed<Event extends { readonly gapMs: number }>(
  events: readonly Event[],
  startMs: number,
): (Event & { readonly atMs: number })[] {
  let atMs = startMs
  return events.map((event) => ({ ...event, atMs: (atMs += event.gapMs) }))
}
