import fc from 'fast-check'
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base'
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, test } from 'vitest'
import { chatRequests, texts, tools } from '../../../testkit/src/arbitraries/request.ts'
import type { ChatMessage, ChatRequest } from '../../src/chat/request.ts'
import { InvalidRequest } from '../../src/demand/invalid-request.ts'
import { estimatePromptTokens } from '../../src/demand/tokens.ts'
import type { TokenEstimate } from '../../src/demand/tokens.ts'
import { corpora } from './corpora.ts'

function estimateText(text: string): TokenEstimate {
  return estimatePromptTokens({ messages: [{ role: 'user', content: text }] })
}

/** What a message without text counts. */
const empty = estimateText('')

const prose = new Set(corpora.slice(0, 18).map(({ name }) => name))
const markup = new Set(['TypeScript', 'Python', 'SQL', 'Markdown', 'HTML', 'JSON', 'indented JSON'])
const repeated = corpora.filter(({ name }) => name.startsWith('one repeated'))

/** The error that is promised, as shares below and above what o200k_base counts. */
function promisedError(name: string): readonly [number, number] {
  if (prose.has(name)) return [-0.16, 0.2]
  if (markup.has(name)) return [-0.08, 0.05]
  return name.startsWith('one repeated') ? [-0.16, 17] : [-0.14, 0.04]
}

describe('the estimate', () => {
  test.each(corpora)('of $name is within the promised error', ({ name, text }) => {
    const [low, high] = promisedError(name)
    const counted = countO200k(text)
    const error = (estimateText(text).tokens - empty.tokens) / counted - 1

    expect(error).toBeGreaterThan(low)
    expect(error).toBeLessThan(high)
  })

  test.each(corpora)('of $name is bounded for both vocabularies', ({ text }) => {
    const bound = estimateText(text).maxTokens - empty.maxTokens

    expect(bound).toBeGreaterThanOrEqual(countO200k(text))
    expect(bound).toBeGreaterThanOrEqual(countCl100k(text))
  })

  test('never exceeds its bound, and the bound of text never exceeds its bytes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { tokens, maxTokens } = estimateText(text)

        expect(tokens).toBeLessThanOrEqual(maxTokens)
        expect(maxTokens - empty.maxTokens).toBeLessThanOrEqual(
          Buffer.byteLength(text.toWellFormed()) + loneBytes(text),
        )
      }),
    )
  })

  test('is bounded whenever corpora are cut and joined', () => {
    const pieces = fc
      .tuple(
        fc.constantFrom(...corpora.filter((corpus) => !repeated.includes(corpus))),
        fc.nat(400),
        fc.nat(400),
      )
      .map(([{ text }, from, length]) => text.slice(from, from + length).toWellFormed())
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 4 }), (drawn) => {
        const text = drawn.join(' ')
        const bound = estimateText(text).maxTokens - empty.maxTokens

        expect(bound).toBeGreaterThanOrEqual(countO200k(text))
        expect(bound).toBeGreaterThanOrEqual(countCl100k(text))
      }),
    )
  })

  test('never falls when text is added, and differs from the sum of the parts by two tokens at most', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const apart = estimateText(one).tokens + estimateText(other).tokens - empty.tokens
        const joined = estimateText(one + other).tokens

        expect(joined).toBeGreaterThanOrEqual(estimateText(one).tokens)
        // The first character of the other part costs another 0..2 tokens in its new place, and each part was rounded up.
        expect(Math.abs(joined - apart)).toBeLessThanOrEqual(3)
      }),
    )
  })

  test('never falls when a message or a tool is added', () => {
    fc.assert(
      fc.property(chatRequests, texts, tools, (request, content, tool) => {
        const before = estimatePromptTokens(request)
        const longer = estimatePromptTokens({
          ...request,
          messages: [...request.messages, { role: 'user', content }],
        })
        const equipped = estimatePromptTokens({ ...request, tools: [...(request.tools ?? []), tool] })

        for (const after of [longer, equipped]) {
          expect(after.tokens).toBeGreaterThan(before.tokens)
          expect(after.maxTokens).toBeGreaterThan(before.maxTokens)
        }
      }),
    )
  })

  test('is bounded by 1.2 times itself and 64 for long texts of ASCII, as it is documented', () => {
    const code = corpora.find(({ name }) => name === 'TypeScript')?.text ?? ''
    const { tokens, maxTokens } = estimateText(code.repeat(20))
    const bound = maxTokens - empty.maxTokens

    expect(bound).toBeLessThanOrEqual(Math.ceil(1.2 * (tokens - empty.tokens)) + 64)
    expect(bound).toBeGreaterThan(1.2 * (tokens - empty.tokens - 1) + 63)
  })

  test('takes 400 KB of one character', () => {
    expect(estimateText('a'.repeat(400_000)).tokens).toBeGreaterThan(50_000)
  })

  test('of a text that is cut into messages differs by what each message costs', () => {
    const text = corpora[0]?.text ?? ''
    const messages = text.split('. ').map((content): ChatMessage => ({ role: 'user', content }))
    const overhead = 4 * (messages.length - 1)

    expect(
      Math.abs(estimatePromptTokens({ messages }).tokens - estimateText(text).tokens - overhead),
    ).toBeLessThan(15)
  })
})

describe('tools and schemas', () => {
  const definition = {
    type: 'function',
    function: {
      name: 'search_orders',
      description:
        'Searches the orders of a customer by date, status or text. Returns at most 50 orders, newest first.',
      parameters: {
        type: 'object',
        properties: {
          customer_id: { type: 'string', description: 'The customer to search for' },
          status: { type: 'string', enum: ['open', 'paid', 'shipped', 'cancelled'] },
          limit: { type: 'integer', minimum: 1, maximum: 50, default: 10 },
        },
        required: ['customer_id'],
        additionalProperties: false,
      },
    },
  }

  test('count about what they are as JSON', () => {
    const counted = countO200k(JSON.stringify([definition]))
    const messages: ChatMessage[] = [{ role: 'user', content: '' }]
    const schema = {
      type: 'json_schema',
      json_schema: { name: 'order', schema: definition.function.parameters },
    } as const
    const withTools = estimatePromptTokens({ messages, tools: [definition] })
    const withSchema = estimatePromptTokens({ messages, response_format: schema })

    expect((withTools.tokens - empty.tokens) / counted).toBeGreaterThan(0.95)
    expect((withTools.tokens - empty.tokens) / counted).toBeLessThan(1.35)
    expect(withTools.maxTokens - empty.maxTokens).toBeGreaterThan(counted + 346)
    expect(withSchema.tokens).toBeGreaterThan(empty.tokens + 60)
  })

  test('never count an empty list of tools', () => {
    const request = { messages: [{ role: 'user', content: '' }], tools: [] } as const

    expect(estimatePromptTokens(request)).toEqual(empty)
  })

  test.each<[string, (cycle: unknown) => Pick<ChatRequest, 'tools' | 'response_format'>]>([
    ['tools', (cycle) => ({ tools: [{ type: 'function', function: { name: 'f', parameters: cycle } }] })],
    [
      'response_format',
      (cycle) => ({ response_format: { type: 'json_schema', json_schema: { name: 'n', schema: cycle } } }),
    ],
  ])('are refused when %s have a cycle', (field, fieldsWith) => {
    const cycle: unknown[] = []
    cycle.push(cycle, cycle)

    expect(() => estimatePromptTokens({ messages: [], ...fieldsWith(cycle) })).toThrow(
      new InvalidRequest(field, 'must hold at most 1000000 values'),
    )
  })

  test('are counted however deep they are', () => {
    let parameters: unknown = {}
    for (let depth = 0; depth < 100_000; depth++) parameters = { items: parameters }
    const request = { messages: [], tools: [{ type: 'function', function: { name: 'f', parameters } }] }

    expect(estimatePromptTokens(request).tokens).toBeGreaterThan(100_000)
  })
})

/** A half of a surrogate pair counts as three bytes, which is what is written in its place; two halves make four, not six. */
function loneBytes(text: string): number {
  return 2 * Array.from(text).filter((character) => character.length === 2).length
}
