import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chunksOf } from '../../src/openai-chat/chunks-of.ts'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { chunksIn, completionWith, fixture, lastUsage, read, streamOfValues, usage } from './fixtures.ts'

describe('a whole answer as chunks', () => {
  test('is one chunk with everything and one with usage', () => {
    const decoded = openAiChat().decode(fixture('openai-parallel-tools.json').toString())
    if (decoded.type === 'failure') throw new Error('the fixture does not decode')
    const stream = streamOfValues(...chunksOf(decoded.completion))

    expect(stream.end).toBeUndefined()
    expect(read(chunksIn(stream))).toEqual([
      {
        tools: ['call_5Yb0tHqX get_weather {"city":"Paris"}', 'call_9Kd2wLpZ get_time {"zone":"CET"}'],
        finish: 'tool_calls',
      },
    ])
    expect(stream.parts.map((part) => part.type === 'chunk' && [part.content, part.usage])).toEqual([
      [true, undefined],
      [false, usage(19, 10)],
    ])
    expect(chunksOf(decoded.completion)[1]).toEqual({
      id: 'chatcmpl-CeT0s9mXv1nQkWb7LJdY2',
      object: 'chat.completion.chunk',
      created: 1_763_596_800,
      model: 'gpt-4o-mini-2024-07-18',
      service_tier: 'default',
      system_fingerprint: 'fp_560af6e559',
      choices: [],
      usage: decoded.completion.usage,
    })
  })

  test('keeps fields that are unknown', () => {
    const completion = {
      ...completionWith({ a: 1, message: { role: 'assistant', content: 'x', b: 2 } }),
      c: 3,
    }

    expect(chunksOf(completion)).toEqual([
      {
        ...completion,
        object: 'chat.completion.chunk',
        choices: [
          { index: 0, finish_reason: 'stop', a: 1, delta: { role: 'assistant', content: 'x', b: 2 } },
        ],
      },
    ])
  })

  test('whenever a completion is turned into chunks, its content survives decoding', () => {
    const text = fc.string({ unit: 'binary' })
    const call = fc.record({
      id: text,
      type: fc.constant('function'),
      function: fc.record({ name: text, arguments: text }),
    })
    const message = fc.record(
      {
        role: fc.constant('assistant'),
        content: fc.option(text),
        refusal: fc.option(text),
        reasoning_content: fc.option(text),
        tool_calls: fc.option(fc.array(call, { maxLength: 3 })),
      },
      { requiredKeys: ['role', 'content'] },
    )
    const wireUsage = fc.record({
      prompt_tokens: fc.nat(1_000_000),
      completion_tokens: fc.nat(1_000_000),
      total_tokens: fc.nat(1_000_000),
    })

    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 3 }),
        fc.option(wireUsage),
        (messages, reported) => {
          const completion = completionWith(...messages.map((message) => ({ message })))
          const chunks = chunksOf(reported === null ? completion : { ...completion, usage: reported })
          const stream = streamOfValues(...chunks, '[DONE]')

          const blank = messages.every(
            (each) => !each.content && !each.refusal && !each.reasoning_content && !each.tool_calls?.length,
          )
          expect(stream.end).toEqual(blank ? { type: 'empty' } : undefined)
          expect(chunksIn(stream)).toEqual(JSON.parse(JSON.stringify(chunks)))
          expect(chunksIn(stream)[0]?.choices.map(({ delta }) => delta)).toEqual(
            messages.map(({ tool_calls, ...rest }) =>
              tool_calls === null || tool_calls === undefined
                ? rest
                : { ...rest, tool_calls: tool_calls.map((each, index) => ({ index, ...each })) },
            ),
          )
          expect(lastUsage(stream)?.promptTokens).toBe(reported?.prompt_tokens)
        },
      ),
    )
  })
})
