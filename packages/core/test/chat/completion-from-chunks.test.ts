import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CompletionAssembler } from '../../src/chat/completion-from-chunks.ts'
import type { ChatChunk } from '../../src/chat/completion.ts'
import { assembled, chunk } from './assembled.ts'
import { chunksOf, completions } from './chunks.ts'

function messageOf(...deltas: readonly object[]): object | undefined {
  return assembled(deltas.map((delta) => chunk(delta)))?.choices[0]?.message
}

describe('CompletionAssembler', () => {
  test('gives back the completion, whenever its chunks were cut from one', () => {
    fc.assert(
      fc.property(completions, fc.infiniteStream(fc.nat({ max: 5 })), (completion, lengths) => {
        const chunks = chunksOf(completion, () => 1 + Number(lengths.next().value))

        expect(assembled(chunks)).toEqual(completion)
      }),
      { numRuns: 500 },
    )
  })

  test('never changes a chunk, and can be asked in between', () => {
    fc.assert(
      fc.property(completions, (completion) => {
        const chunks = chunksOf(completion, () => 3)
        const before = JSON.stringify(chunks)
        const assembler = new CompletionAssembler()
        for (const one of chunks) {
          assembler.add(one)
          assembler.completion()
        }

        expect(assembler.completion()).toEqual(completion)
        expect(JSON.stringify(chunks)).toBe(before)
      }),
      { numRuns: 100 },
    )
  })

  test('is nothing before the first chunk', () => {
    expect(new CompletionAssembler().completion()).toBeUndefined()
  })

  test('fills in what a stream left out', () => {
    expect(assembled([{ choices: [{ delta: {} }] } as unknown as ChatChunk])).toEqual({
      id: '',
      object: 'chat.completion',
      created: 0,
      model: '',
      choices: [{ index: 0, message: { role: 'assistant', content: null }, finish_reason: null }],
    })
  })

  test('joins unknown strings, appends unknown lists, and takes the last of everything else', () => {
    expect(
      messageOf(
        { notes: 'a', marks: [1], state: 1 },
        { notes: 'b', marks: [2], state: 2 },
        { notes: null, state: null },
      ),
    ).toEqual({
      role: 'assistant',
      content: null,
      notes: 'ab',
      marks: [1, 2],
      state: 2,
    })
  })

  test('takes the last usage and the last finish reason, and keeps neither null', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
    const completion = assembled([
      { ...chunk({}), usage: { ...usage, completion_tokens: 1 } },
      { ...chunk({}, { finish_reason: 'stop' }), usage },
      { ...chunk({}), usage: null },
    ])

    expect(completion?.usage).toEqual(usage)
    expect(completion?.choices[0]?.finish_reason).toBe('stop')
    expect(assembled([{ ...chunk({}), usage: null }])).not.toHaveProperty('usage')
  })

  test('lets a blank id not replace one', () => {
    expect(assembled([chunk({}), { ...chunk({}), id: '', model: '' }])).toMatchObject({
      id: 'id',
      model: 'm',
    })
    expect(assembled([{ ...chunk({}), id: '', model: '' }, chunk({})])).toMatchObject({
      id: 'id',
      model: 'm',
    })
  })

  test('tells tool calls apart by id where their index does not', () => {
    const whole = (id: string, index?: number) => ({
      index,
      id,
      type: 'function',
      function: { name: id, arguments: '{}' },
    })
    const expected = ['a', 'b'].map((id) => ({
      id,
      type: 'function',
      function: { name: id, arguments: '{}' },
    }))

    expect(messageOf({ tool_calls: [whole('a', 0)] }, { tool_calls: [whole('b', 0)] })).toMatchObject({
      tool_calls: expected,
    })
    expect(messageOf({ tool_calls: [whole('a'), whole('b')] })).toMatchObject({ tool_calls: expected })
    expect(
      messageOf(
        { tool_calls: [{ ...whole('a'), function: { name: 'a', arguments: '{' } }] },
        { tool_calls: [{ function: { arguments: '}' } }] },
      ),
    ).toMatchObject({ tool_calls: [expected[0]] })
  })

  test('puts tool calls in the order of their index, gaps and interleaving included', () => {
    const piece = (index: number, name: string | undefined, text: string) => ({
      tool_calls: [
        { index, ...(name && { id: name }), function: { ...(name && { name }), arguments: text } },
      ],
    })

    expect(
      messageOf(
        piece(4, 'late', '{'),
        piece(1, 'early', '['),
        piece(4, undefined, '}'),
        piece(1, undefined, ']'),
      ),
    ).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'early', type: 'function', function: { name: 'early', arguments: '[]' } },
        { id: 'late', type: 'function', function: { name: 'late', arguments: '{}' } },
      ],
    })
  })

  test('puts blocks of reasoning together by number and type', () => {
    const block = (type: string, index: number | undefined, more: object) => ({
      reasoning_details: [{ type, index, ...more }],
    })

    expect(
      messageOf(
        block('reasoning.text', 0, { text: 'I ' }),
        block('reasoning.text', 0, { text: 'think' }),
        block('reasoning.text', 0, { signature: 's' }),
        block('reasoning.encrypted', 0, { data: 'd' }),
        block('reasoning.text', undefined, { text: 'x' }),
        block('reasoning.text', undefined, { text: 'y' }),
      ),
    ).toMatchObject({
      reasoning_details: [
        { type: 'reasoning.text', index: 0, text: 'I think', signature: 's' },
        { type: 'reasoning.encrypted', index: 0, data: 'd' },
        { type: 'reasoning.text', text: 'x' },
        { type: 'reasoning.text', text: 'y' },
      ],
    })
  })

  test.each([
    ['reasoning.summary', 'summary'],
    ['reasoning.encrypted', 'data'],
    ['reasoning.text', 'text'],
  ])('joins the pieces of a block of %s', (type, field) => {
    const pieces = ['I ', 'think'].map((text) => ({ reasoning_details: [{ type, index: 0, [field]: text }] }))

    expect(messageOf(...pieces)).toMatchObject({
      reasoning_details: [{ type, index: 0, [field]: 'I think' }],
    })
  })

  test('never joins what names a call or an answer, however often it is said', () => {
    const call = { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{' } }
    const audio = { id: 'b', data: 'AA' }
    const named = { tool_calls: [call], audio, function_call: { name: 'g', arguments: '[' } }

    expect(messageOf(named, named)).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{{' } }],
      audio: { id: 'b', data: 'AAAA' },
      function_call: { name: 'g', arguments: '[[' },
    })
  })

  test('gives a piece without a number to the call that was last begun', () => {
    const begin = (index: number, id: string) => ({
      tool_calls: [{ index, id, function: { name: id, arguments: '{' } }],
    })
    const piece = { tool_calls: [{ function: { arguments: '}' } }] }

    expect(messageOf(begin(0, 'a'), begin(1, 'b'), piece)).toMatchObject({
      tool_calls: [
        { id: 'a', function: { arguments: '{' } },
        { id: 'b', function: { arguments: '{}' } },
      ],
    })
  })

  test('fills in what a call left out', () => {
    expect(messageOf({ tool_calls: [{ index: 0 }] })).toMatchObject({
      tool_calls: [{ id: '', type: 'function', function: { name: '', arguments: '' } }],
    })
  })

  test('is not confused by fields with the names of prototypes', () => {
    const evil = JSON.parse('{"__proto__":{"polluted":true},"constructor":"x","toString":"y"}') as object
    const message = messageOf(evil, evil)

    expect({}).not.toHaveProperty('polluted')
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
    expect(message).toMatchObject({ constructor: 'xx', toString: 'yy' })
  })

  test('ignores what is no chunk', () => {
    const nonsense = [
      null,
      5,
      'x',
      { choices: null },
      { choices: [null] },
      { choices: [{ delta: null }] },
      { choices: 'x' },
    ]

    expect(() =>
      assembled([
        chunk({ content: 'a' }),
        ...(nonsense as unknown[] as ChatChunk[]),
        chunk({ content: 'b' }),
      ]),
    ).not.toThrow()
    expect(
      assembled([chunk({ content: 'a' }), ...(nonsense as unknown[] as ChatChunk[]), chunk({ content: 'b' })])
        ?.choices[0]?.message.content,
    ).toBe('ab')
  })
})
