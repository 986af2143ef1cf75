import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitTokens } from '../../src/scripted-upstream/answer-text.ts'
import { ask, chunksWith, completionWith, question, start, textOf } from './conversation.ts'

const toolCalls = [
  { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich","days":3}' } },
  { id: 'call_2', type: 'function', function: { name: 'time', arguments: '{}' } },
]

describe('an answer that is not a stream', () => {
  test('is a chat completion of sixteen canned words, with the usage that it costs', async () => {
    const completion = await completionWith({})

    expect(completion).toMatchObject({
      id: 'chatcmpl-0',
      object: 'chat.completion',
      model: 'acme/thinker',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant' } }],
      usage: { prompt_tokens: 7, completion_tokens: 16, total_tokens: 23 },
    })
    expect(completion.choices[0]?.message.content?.trim().split(/\s+/)).toHaveLength(16)
  })

  test('has the text, the finish reason, the headers and the usage that its behaviour names', async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
    const upstream = await start({
      behaviour: { text: ' forty  two\n', finishReason: 'other', usage, headers: { 'x-a': 'b' } },
    })

    const answer = await ask(upstream)

    expect(answer.headers).toMatchObject({
      'x-a': 'b',
      'content-type': 'application/json',
      'x-request-id': 'req_0',
    })
    expect(JSON.parse(answer.body)).toMatchObject({
      choices: [{ message: { content: ' forty  two\n' }, finish_reason: 'other' }],
      usage,
    })
  })

  test('has no usage when that is missing', async () => {
    expect(await completionWith({ usage: 'missing' })).not.toHaveProperty('usage')
  })

  test('carries reasoning and tool calls, and then no canned words', async () => {
    const { choices, usage } = await completionWith({ reasoning: 'let me see', toolCalls })

    expect(choices[0]?.message).toEqual({
      role: 'assistant',
      content: null,
      reasoning_content: 'let me see',
      tool_calls: toolCalls,
    })
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(usage?.completion_tokens_details?.reasoning_tokens).toBe(3)
  })

  test.for(['max_tokens', 'max_completion_tokens'])('is cut at %s, reasoning included', async (bound) => {
    const { choices, usage } = await completionWith(
      { reasoning: 'one two', text: 'three four five' },
      { [bound]: 4 },
    )

    expect(choices[0]?.message).toMatchObject({ reasoning_content: 'one two', content: 'three four ' })
    expect(choices[0]?.finish_reason).toBe('length')
    expect(usage?.completion_tokens).toBe(4)
  })

  test('is cut within its reasoning, and then says nothing else', async () => {
    const { choices } = await completionWith(
      { reasoning: 'one two three', text: 'four five' },
      { max_tokens: 2 },
    )

    expect(choices[0]?.message).toEqual({ role: 'assistant', content: null, reasoning_content: 'one two ' })
  })

  test('is cut at max_completion_tokens where both bounds are given', async () => {
    const { usage } = await completionWith({}, { max_tokens: 9, max_completion_tokens: 3 })

    expect(usage?.completion_tokens).toBe(3)
  })

  test('comes as often as n says, and is billed as often', async () => {
    const { choices, usage } = await completionWith({ reasoning: 'hm', text: 'yes indeed' }, { n: 3 })

    expect(choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, 'yes indeed'],
      [1, 'yes indeed'],
      [2, 'yes indeed'],
    ])
    expect(usage).toMatchObject({ completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 3 } })
  })

  test('has no content at all when it is empty', async () => {
    const { choices, usage } = await completionWith({ emptyAnswer: true, text: 'words', toolCalls })

    expect(choices[0]?.message).toEqual({ role: 'assistant', content: null })
    expect(choices[0]?.finish_reason).toBe('stop')
    expect(usage?.completion_tokens).toBe(0)
  })
})

describe('a streamed answer', () => {
  test('is a role, words, a finish reason and the end', async () => {
    const chunks = await chunksWith({ text: 'so it goes' })

    expect(chunks.map(({ choices }) => choices[0])).toEqual([
      { index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null },
      { index: 0, delta: { content: 'so ' }, finish_reason: null },
      { index: 0, delta: { content: 'it ' }, finish_reason: null },
      { index: 0, delta: { content: 'goes' }, finish_reason: null },
      { index: 0, delta: {}, finish_reason: 'stop' },
    ])
    expect(chunks[0]).toMatchObject({
      id: 'chatcmpl-0',
      object: 'chat.completion.chunk',
      model: 'acme/thinker',
    })
  })

  test('says the same as the answer that is not a stream, whatever its length, its chunks and its choices', async () => {
    const upstream = await start()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(400),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 4 }),
        async (...drawn) => {
          const [outputTokens, chunkTokens, n] = drawn
          upstream.setBehaviour({ outputTokens, chunkTokens })
          const whole = JSON.parse((await ask(upstream, { ...question, n })).body)
          const stream = await ask(upstream, {
            ...question,
            n,
            stream: true,
            stream_options: { include_usage: true },
          })
          const events = stream.body.split('\n\n').filter((event) => event.startsWith('data: {'))
          const chunks = events.map((event) => JSON.parse(event.slice(6)))

          for (let index = 0; index < n; index++) {
            expect(textOf(chunks, index)).toBe(whole.choices[index].message.content ?? '')
          }
          expect(events).toHaveLength(n * (2 + Math.ceil(outputTokens / chunkTokens)) + 1)
          expect(chunks.at(-1).usage).toEqual(whole.usage)
        },
      ),
      { numRuns: 25 },
    )
  })

  test('reports usage in a chunk of its own, only when it is asked to and only when it has it', async () => {
    const asking = { stream_options: { include_usage: true } }

    expect((await chunksWith({ text: 'a b' }, asking)).at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    })
    expect((await chunksWith({ text: 'a b' })).some((chunk) => chunk.usage)).toBe(false)
    expect((await chunksWith({ text: 'a b', usage: 'missing' }, asking)).some((chunk) => chunk.usage)).toBe(
      false,
    )
  })

  test('carries reasoning before the words', async () => {
    const chunks = await chunksWith({ reasoning: 'hm hm', text: 'yes' })

    expect(chunks.slice(1, -1).map(({ choices }) => choices[0]?.delta)).toEqual([
      { reasoning_content: 'hm ' },
      { reasoning_content: 'hm' },
      { content: 'yes' },
    ])
  })

  test('carries each tool call as a head and pieces of its arguments', async () => {
    const chunks = await chunksWith({ toolCalls })
    const deltas = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? [])

    for (const [index, { id, function: wanted }] of toolCalls.entries()) {
      const own = deltas.filter((delta) => delta.index === index)
      expect(own[0]).toEqual({ index, id, type: 'function', function: { name: wanted.name, arguments: '' } })
      expect(own.map((delta) => delta.function?.arguments).join('')).toBe(wanted.arguments)
    }
    expect(deltas.length).toBeGreaterThan(4)
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls')
  })

  test('is a role and a finish reason when it is empty', async () => {
    const chunks = await chunksWith({ emptyAnswer: true })

    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([{ role: 'assistant', content: '' }, {}])
  })
})

describe('splitTokens', () => {
  test('never loses or adds a character, and gives one token for each word', () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(' ', '\n', 'a', 'bc', 'é', '\u00a0')).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (text) => {
        const tokens = splitTokens(text)

        expect(tokens.join('')).toBe(text)
        const words = text.split(/\s+/).filter((word) => word !== '').length
        expect(tokens).toHaveLength(words === 0 && text !== '' ? 1 : words)
      }),
    )
  })
})
