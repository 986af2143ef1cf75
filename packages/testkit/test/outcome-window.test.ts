import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createOutcomeWindow } from '../src/outcome-window.ts'

const outcomes = fc.array(fc.record({ afterMs: fc.nat(2_500), failed: fc.boolean() }), {
  maxLength: 60,
  size: 'max',
})

describe('an outcome window', () => {
  test('counts the outcomes of the newest ten buckets, whenever they come', () => {
    fc.assert(
      fc.property(outcomes, fc.integer({ min: -5_000, max: 5_000 }), (outcomes, startAtMs) => {
        const window = createOutcomeWindow(startAtMs, 1_000)
        const recorded: { readonly bucket: number; readonly failed: boolean }[] = []
        let atMs = startAtMs

        for (const { afterMs, failed } of outcomes) {
          atMs += afterMs
          window.record(atMs, failed)
          const bucket = Math.floor((atMs - startAtMs) / 100)
          recorded.push({ bucket, failed })
          const inWindow = recorded.filter((outcome) => outcome.bucket > bucket - 10)
          expect(window.outcomes).toBe(inWindow.length)
          expect(window.failures).toBe(inWindow.filter((outcome) => outcome.failed).length)
        }
      }),
    )
  })

  test('is empty once cleared', () => {
    const window = createOutcomeWindow(0, 1_000)
    window.record(10, true)
    window.record(500, false)

    window.clear()

    expect([window.outcomes, window.failures]).toEqual([0, 0])
  })
})
