import { describe, expect, test } from 'vitest'
import { CompletionAssembler } from '../../src/chat/completion-from-chunks.ts'
import { assembled, chunk } from './assembled.ts'

describe('the bound of an assembler', () => {
  test.each([
    ['text', (i: number) => chunk({ content: `${i}`.padEnd(100, 'x') })],
    ['lists', (i: number) => chunk({ images: [{ url: `${i}`.padEnd(100, 'x') }] })],
    [
      'arguments',
      (i: number) => chunk({ tool_calls: [{ index: 0, function: { arguments: `${i}`.padEnd(100, 'x') } }] }),
    ],
    ['tool calls without anything', (i: number) => chunk({ tool_calls: [{ index: i }, { index: i + 0.5 }] })],
    ['empty items', () => chunk({ images: ['', '', ''] })],
    ['choices', (i: number) => ({ ...chunk({}), choices: [{ index: i, delta: {} }] })],
    ['names', (i: number) => chunk({ [`name ${i}`]: 1 })],
    [
      'a value that is replaced by larger ones',
      (i: number) => ({ ...chunk({}), service_tier: 'x'.repeat(i * 100) }),
    ],
    [
      'objects that are replaced by larger ones',
      (i: number) => chunk({ audio: { id: { text: 'x'.repeat(i * 100) } } }),
    ],
  ])('stops %s', (_name, chunkOf) => {
    const assembler = new CompletionAssembler({ maxCharacters: 10_000 })
    const add = (): void => {
      for (let i = 0; i < 1_000; i++) assembler.add(chunkOf(i))
    }

    expect(add).toThrow(RangeError)
    expect(add).toThrow('the answer is larger than maxCharacters (10000)')
  })

  test('does not count what is only repeated', () => {
    const usage = { prompt_tokens: 1_000, completion_tokens: 1_000, total_tokens: 2_000 }
    const chunks = Array.from({ length: 1_000 }, () => ({
      ...chunk({ role: 'assistant', content: 'x' }),
      usage,
    }))

    expect(assembled(chunks, 2_000)?.choices[0]?.message.content).toHaveLength(1_000)
  })

  test('keeps what was added before it was passed', () => {
    const assembler = new CompletionAssembler({ maxCharacters: 1_000 })
    assembler.add(chunk({ content: 'before' }))

    expect(() => assembler.add(chunk({ content: 'x'.repeat(1_000) }))).toThrow(RangeError)
    expect(assembler.completion()?.choices[0]?.message.content).toBe('before')
  })

  test.each([1, 2 ** 29])('can be %d', (maxCharacters) => {
    expect(() => new CompletionAssembler({ maxCharacters })).not.toThrow()
  })

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 29 + 1])('cannot be %d', (maxCharacters) => {
    expect(() => new CompletionAssembler({ maxCharacters })).toThrow(
      new RangeError(`maxCharacters: must be 1..536870912, got ${maxCharacters}`),
    )
  })
})
