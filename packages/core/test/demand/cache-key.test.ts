import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatMessages, chatRequests } from '../../../testkit/src/arbitraries/request.ts'
import type { ChatRequest, ContentPart } from '../../src/chat/request.ts'
import { cacheKeyOf } from '../../src/demand/cache-key.ts'
import { TextHash } from '../../src/demand/text-hash.ts'

const model = 'author/model'
const names = { session_id: fc.option(fc.string()), prompt_cache_key: fc.option(fc.string()) }

function keyOfUser(content: string | readonly ContentPart[], others: Partial<ChatRequest> = {}) {
  return cacheKeyOf({ model, messages: [{ role: 'user', content }], ...others })
}

function image(url: string): ContentPart {
  return { type: 'image_url', image_url: { url } }
}

function text(content: string): ContentPart {
  return { type: 'text', text: content }
}

const colours = ['red', 'blue', 'green', 'white', 'black', 'grey', 'pink', 'gold']

/** Texts that differ in little: a number, a letter, the order of words, the end of a long one. */
function* similarTexts(): Generator<string> {
  const preamble = 'You are given a ticket. Answer it in one sentence. '.repeat(150)
  for (let i = 0; i < 40_000; i++) yield `Summarise invoice ${i} please`
  for (let i = 0; i < 40_000; i++) yield String.fromCharCode(i % 200, i / 200)
  for (let i = 0; i < 2_000; i++) yield preamble + i
  for (let i = 1; i <= 2_000; i++) yield 'a'.repeat(i)
  for (let i = 0; i < 40_320; i++) yield permuted(colours, i)
}

/** The permutation with a number, of as many as there are. */
function permuted(words: readonly string[], number: number): string {
  const left = [...words]
  let rest = number
  const drawn: string[] = []
  while (left.length > 0) {
    const at = rest % left.length
    rest = Math.floor(rest / left.length)
    drawn.push(...left.splice(at, 1))
  }
  return drawn.join(' ')
}

test('whenever messages are appended to a conversation, it keeps its key', () => {
  fc.assert(
    fc.property(
      chatRequests,
      fc.record(names, { requiredKeys: [] }),
      fc.array(chatMessages, { minLength: 1, maxLength: 5 }),
      (request, named, more) => {
        const key = cacheKeyOf({ ...request, ...named })
        fc.pre(key !== undefined)

        expect(cacheKeyOf({ ...request, ...named, messages: [...request.messages, ...more] })).toBe(key)
      },
    ),
  )
})

test('a key is 16 hexadecimal digits, whatever the conversation', () => {
  fc.assert(
    fc.property(chatRequests, fc.record(names, { requiredKeys: [] }), (request, named) => {
      expect(cacheKeyOf({ ...request, ...named }) ?? '0123456789abcdef').toMatch(/^[0-9a-f]{16}$/)
    }),
  )
})

test('no two of 100,000 similar first messages share a key', () => {
  const texts = new Set(similarTexts())
  const keys = new Set([...texts].map((content) => keyOfUser(content)))

  expect(texts.size).toBeGreaterThan(100_000)
  expect(keys.size).toBe(texts.size)
})

describe('the name of a conversation', () => {
  test('is its session, else its cache key, else its beginning', () => {
    const both = { session_id: 's-1', prompt_cache_key: 'k-1' }

    expect(keyOfUser('Hello', both)).toBe(keyOfUser('Other', { session_id: 's-1' }))
    expect(keyOfUser('Hello', { ...both, session_id: null })).toBe(
      keyOfUser('Other', { prompt_cache_key: 'k-1' }),
    )
    expect(keyOfUser('Hello', { session_id: '', prompt_cache_key: '' })).toBe(keyOfUser('Hello'))
  })

  test('is not the same for a session and a cache key that are spelt alike', () => {
    expect(keyOfUser('Hello', { session_id: 'x' })).not.toBe(keyOfUser('Hello', { prompt_cache_key: 'x' }))
  })

  test.each(['session_id', 'prompt_cache_key'])('is told apart by every character of its %s', (field) => {
    const named = ['a', 'b', 'ab', 'ba', 'aa', 'a '].map((name) => keyOfUser('Hello', { [field]: name }))

    expect(new Set(named).size).toBe(named.length)
  })

  test('is missing before the first user message', () => {
    expect(cacheKeyOf({ model, messages: [{ role: 'system', content: 'Be brief' }] })).toBeUndefined()
  })
})

describe('the beginning of a conversation', () => {
  const briefly: ChatRequest = {
    model,
    messages: [
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Hello' },
    ],
  }

  test('is told apart by model, instructions and question, not by routing variants or the name of the role', () => {
    const keyOf = (instructions: string, question: string) =>
      cacheKeyOf({
        model,
        messages: [
          { role: 'developer', content: instructions },
          { role: 'user', content: question },
        ],
      })

    expect(keyOf('Be brief', 'Hello')).toBe(cacheKeyOf(briefly))
    expect(cacheKeyOf({ ...briefly, model: `${model}:floor` })).toBe(cacheKeyOf(briefly))
    const different = [
      keyOf('Be brief', 'Hello'),
      keyOf('Be kind', 'Hello'),
      keyOf('Be brief', 'Good day'),
      keyOf('Be briefH', 'ello'),
      keyOfUser('Hello'),
      cacheKeyOf({ ...briefly, model: 'author/other' }),
    ]
    expect(new Set(different).size).toBe(different.length)
  })

  test('has one set of instructions: later ones change nothing', () => {
    const [instructions, question] = briefly.messages
    const more = { role: 'system', content: 'Be kind' } as const
    if (instructions === undefined || question === undefined) throw new Error('two messages are needed')

    expect(cacheKeyOf({ model, messages: [instructions, more, question] })).toBe(cacheKeyOf(briefly))
    expect(cacheKeyOf({ model, messages: [instructions, question, more] })).toBe(cacheKeyOf(briefly))
  })

  test('is told apart by who says it: instructions are no part of the question', () => {
    expect(keyOfUser([text('Be brief'), text('Hello')])).not.toBe(cacheKeyOf(briefly))
  })

  test('is the same with a greeting before it, as what an assistant or a tool says is not read', () => {
    const greetings: ChatRequest['messages'] = [
      { role: 'assistant', content: 'Welcome!' },
      { role: 'assistant', content: null },
      { role: 'tool', content: 'The customer is new', tool_call_id: 'call_1' },
    ]

    expect(cacheKeyOf({ model, messages: [...greetings, ...briefly.messages] })).toBe(cacheKeyOf(briefly))
  })

  test('is the same as text and as one part of text', () => {
    expect(keyOfUser([text('Hello')])).toBe(keyOfUser('Hello'))
  })

  test('is told apart by every part, and what is not text by its length only', () => {
    const key = keyOfUser([text('What is this?'), image('https://example.com/a.png')])

    expect(keyOfUser([text('What is this?'), image('https://example.com/b.png')])).toBe(key)
    expect(keyOfUser([text('What is this?'), image('https://example.com/aa.png')])).not.toBe(key)
    expect(keyOfUser([text('What is that?'), image('https://example.com/a.png')])).not.toBe(key)
    expect(keyOfUser([text('What is this?')])).not.toBe(key)
  })

  test.each<[string, ContentPart, ContentPart]>([
    [
      'audio',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'input_audio', input_audio: { data: 'AAAAAAAA', format: 'wav' } },
    ],
    [
      'video',
      { type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } },
      { type: 'video_url', video_url: { url: 'https://example.com/another.mp4' } },
    ],
    [
      'files',
      { type: 'file', file: { file_data: 'data:text/plain;base64,AAAA' } },
      { type: 'file', file: { file_id: 'file-1' } },
    ],
  ])('is told apart by the length of %s', (_, one, other) => {
    expect(keyOfUser([one])).not.toBe(keyOfUser([other]))
    expect(keyOfUser([one])).toBe(keyOfUser([structuredClone(one)]))
  })

  test('takes a file that says neither its data nor its id for an empty one', () => {
    expect(keyOfUser([{ type: 'file', file: { filename: 'a.pdf' } }])).toBe(
      keyOfUser([{ type: 'file', file: { file_data: '' } }]),
    )
  })

  test('is read for 8,192 characters of each message, and long instructions do not hide the question', () => {
    const long = 'x'.repeat(8_192)
    const instructed = (content: string) =>
      cacheKeyOf({
        model,
        messages: [
          { role: 'system', content: 'y'.repeat(1_000_000) },
          { role: 'user', content },
        ],
      })

    expect(keyOfUser(`${long}a`)).toBe(keyOfUser(`${long}b`))
    expect(keyOfUser(`${long}a`)).not.toBe(keyOfUser(`${long}ab`))
    expect(keyOfUser(`${long.slice(1)}a`)).not.toBe(keyOfUser(`${long.slice(1)}b`))
    expect(instructed('a')).not.toBe(instructed('b'))
  })

  test('shares the 8,192 characters among its parts, and is read for 64 of them', () => {
    const long = text('x'.repeat(8_190))
    const many = Array.from({ length: 64 }, () => text('x'))

    expect(keyOfUser([long, text('abc')])).toBe(keyOfUser([long, text('abd')]))
    expect(keyOfUser([long, text('abc')])).not.toBe(keyOfUser([long, text('aac')]))
    expect(keyOfUser([...many, text('a')])).toBe(keyOfUser([...many, text('bc')]))
  })
})

test.each([
  ['a', '501c2ba782c97901'],
  ['b', '459eda5bc254d2bf'],
  ['revenge', 'fbce64cc3b748385'],
  ['revenue', 'fb1d85148d13f93a'],
])('the hash of %s is the published one', (word, expected) => {
  const hash = new TextHash()
  for (let at = 0; at < word.length; at++) hash.addNumber(word.charCodeAt(at))

  expect(hash.digest()).toBe(expected)
})
