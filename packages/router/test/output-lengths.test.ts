import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OutputLengths } from '../src/output-lengths.ts'

const chat = { model: 'a/b', caller: 'chat', structured: false }
const code = { model: 'a/b', caller: 'code', structured: false }

describe('expected output lengths', () => {
  test('are told apart by caller, and a new caller is taken for the mean of the model', () => {
    const lengths = new OutputLengths()
    for (let i = 0; i < 200; i += 1) {
      lengths.record(chat, 211)
      lengths.record(code, 28)
    }

    expect(lengths.expected(chat)).toBeGreaterThan(180)
    expect(lengths.expected(code)).toBeLessThan(55)
    const unknown = lengths.expected({ ...chat, caller: 'new' })
    expect(unknown).toBeGreaterThan(80)
    expect(unknown).toBeLessThan(160)
  })

  test('of prose say nothing of those of tool calls and JSON, but for the mean of the model', () => {
    const lengths = new OutputLengths()
    for (let i = 0; i < 300; i += 1) lengths.record(chat, 500)
    for (let i = 0; i < 300; i += 1) lengths.record({ ...chat, structured: true }, 40)

    expect(lengths.expected(chat)).toBeGreaterThan(350)
    expect(lengths.expected({ ...chat, structured: true })).toBeLessThan(60)
  })

  test('lie between the shortest and the longest that is known, whatever was recorded', () => {
    const record = fc.record({ caller: fc.constantFrom('a', 'b', undefined), tokens: fc.nat(10_000) })
    fc.assert(
      fc.property(fc.array(record, { minLength: 1 }), (records) => {
        const lengths = new OutputLengths()
        for (const { caller, tokens } of records) lengths.record({ ...chat, caller }, tokens)
        const known = [256, ...records.map((one) => one.tokens)]

        for (const caller of ['a', 'b', undefined, 'c']) {
          const expected = lengths.expected({ ...chat, caller })
          expect(expected).toBeGreaterThanOrEqual(Math.min(...known))
          expect(expected).toBeLessThanOrEqual(Math.max(...known))
        }
      }),
    )
  })

  test('are kept for 10,000 callers at most', () => {
    const lengths = new OutputLengths()
    for (let i = 0; i < 40; i += 1) lengths.record({ ...chat, caller: 'first' }, 10)
    const before = lengths.expected({ ...chat, caller: 'first' })
    for (let i = 0; i < 10_000; i += 1) lengths.record({ ...chat, caller: `caller ${i}` }, 1_000)

    expect(before).toBeLessThan(100)
    expect(lengths.expected({ ...chat, caller: 'first' })).toBeGreaterThan(900)
  })
})
