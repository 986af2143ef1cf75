import fc from 'fast-check'
import type { ChatChunk, ChatCompletion } from '../../src/chat/completion.ts'

type Fields = Readonly<Record<string, unknown>>

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null })
const tokenLogprob = fc.record({
  token: text,
  logprob: fc.integer({ max: 0 }),
  top_logprobs: fc.constant([]),
})

const toolCall = fc.record(
  {
    id: fc.string({ minLength: 1, maxLength: 8 }),
    type: fc.constant('function'),
    function: fc.record({ name: fc.string({ minLength: 1, maxLength: 8 }), arguments: text }),
    extra_content: fc.record({ google: fc.record({ thought_signature: text }) }),
  },
  { requiredKeys: ['id', 'type', 'function'] },
)

const reasoningDetails = fc
  .array(
    fc.record({
      type: fc.constantFrom('reasoning.text', 'reasoning.summary'),
      text,
      signature: nullable(text),
    }),
    { maxLength: 3 },
  )
  .map((details) => details.map((detail, index) => ({ ...detail, index })))

const message = fc.record(
  {
    role: fc.constant('assistant' as const),
    content: nullable(text),
    refusal: nullable(text),
    reasoning: nullable(text),
    reasoning_content: nullable(text),
    reasoning_details: reasoningDetails,
    tool_calls: fc.uniqueArray(toolCall, { minLength: 1, maxLength: 4, selector: (call) => call.id }),
    annotations: fc.array(fc.jsonValue(), { maxLength: 3 }),
    images: fc.array(fc.record({ type: fc.constant('image_url'), url: text }), { maxLength: 2 }),
    audio: fc.record({ id: fc.string({ minLength: 1 }), data: text, transcript: text, expires_at: fc.nat() }),
    unknown_text: text,
    unknown_number: fc.integer(),
    unknown_object: fc.dictionary(fc.string(), fc.integer()),
  },
  { requiredKeys: ['role', 'content'] },
)

const choice = fc.record(
  {
    message,
    finish_reason: nullable(fc.constantFrom('stop', 'length', 'tool_calls')),
    logprobs: nullable(
      fc.record({
        content: nullable(fc.array(tokenLogprob, { maxLength: 4 })),
        refusal: nullable(fc.array(tokenLogprob, { maxLength: 2 })),
      }),
    ),
    native_finish_reason: fc.string({ minLength: 1, maxLength: 8 }),
  },
  { requiredKeys: ['message', 'finish_reason'] },
)

/** Whole answers with everything that a provider may put into one. */
export const completions: fc.Arbitrary<ChatCompletion> = fc
  .record(
    {
      id: fc.string({ minLength: 1, maxLength: 8 }),
      object: fc.constant('chat.completion' as const),
      created: fc.nat(),
      model: fc.string({ minLength: 1, maxLength: 8 }),
      choices: fc
        .array(choice, { maxLength: 3 })
        .map((choices) => choices.map((one, index) => ({ index, ...one }))),
      usage: fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat(), total_tokens: fc.nat() }),
      system_fingerprint: nullable(fc.string({ minLength: 1, maxLength: 8 })),
      service_tier: nullable(fc.constant('default')),
      provider: fc.string({ minLength: 1, maxLength: 8 }),
    },
    { requiredKeys: ['id', 'object', 'created', 'model', 'choices'] },
  )
  .map((completion) => JSON.parse(JSON.stringify(completion)) as ChatCompletion)

/** Cuts an answer into chunks as a provider would: the choices take turns, strings come in pieces of the lengths that are asked for. */
export function chunksOf(
  { choices, usage, ...rest }: ChatCompletion,
  nextLength: () => number,
): readonly ChatChunk[] {
  const head = { ...rest, object: 'chat.completion.chunk' as const }
  const queues = choices.map(({ message, logprobs, finish_reason, ...more }) => [
    { index: more.index, delta: { role: 'assistant', content: message.content === null ? null : '' } },
    ...deltasOf(message as unknown as Fields, nextLength).map((delta) => ({ index: more.index, delta })),
    ...logprobsOf(logprobs).map((piece) => ({ index: more.index, delta: {}, logprobs: piece })),
    { ...more, delta: {}, finish_reason },
  ])
  const longest = Math.max(0, ...queues.map((queue) => queue.length))
  const turns = Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => queue.slice(turn, turn + 1)),
  )
  const chunks = turns
    .flatMap((turn, i) => (i % 2 === 0 ? turn.map((one) => [one]) : [turn]))
    .map((choices) => ({ ...head, choices, usage: null }))
  const last = { ...head, choices: [], ...(usage && { usage }) }
  return [...chunks, last] as ChatChunk[]
}

function deltasOf({ role: _role, ...message }: Fields, nextLength: () => number): readonly Fields[] {
  return Object.entries(message).flatMap(([name, value]) => {
    if (name === 'tool_calls')
      return (value as Fields[]).flatMap((call, index) => toolCallDeltas(call, index, nextLength))
    if (name === 'reasoning_details') return listDeltas(name, value as Fields[], nextLength)
    if (name === 'audio') return audioDeltas(value as Fields, nextLength)
    if (typeof value === 'string') return pieces(value, nextLength).map((piece) => ({ [name]: piece }))
    if (Array.isArray(value))
      return value.length === 0 ? [{ [name]: [] }] : value.map((item: unknown) => ({ [name]: [item] }))
    return [{ [name]: value }]
  })
}

function toolCallDeltas(
  { function: called, ...call }: Fields,
  index: number,
  nextLength: () => number,
): readonly Fields[] {
  const { name, arguments: text } = called as { name: string; arguments: string }
  const first = { index, ...call, function: { name, arguments: '' } }
  const rest = pieces(text, nextLength).map((piece) => ({ index, function: { arguments: piece } }))
  return [first, ...rest].map((one) => ({ tool_calls: [one] }))
}

function listDeltas(name: string, items: readonly Fields[], nextLength: () => number): readonly Fields[] {
  if (items.length === 0) return [{ [name]: [] }]
  return items.flatMap(({ text, ...item }) => {
    const rest = pieces(text as string, nextLength).map((piece) => ({
      type: item['type'],
      index: item['index'],
      text: piece,
    }))
    return [...rest, item].map((one) => ({ [name]: [one] }))
  })
}

function audioDeltas(
  { id, data, transcript, ...audio }: Fields,
  nextLength: () => number,
): readonly Fields[] {
  const texts = [
    ...pieces(transcript as string, nextLength).map((transcript) => ({ transcript })),
    ...pieces(data as string, nextLength).map((data) => ({ data })),
  ]
  return [{ id }, ...texts, audio].map((audio) => ({ audio }))
}

function logprobsOf(logprobs: unknown): readonly unknown[] {
  if (logprobs === undefined) return []
  if (logprobs === null) return [null]
  const { content, refusal } = logprobs as { content: unknown[] | null; refusal: unknown[] | null }
  const single = (name: string, items: unknown[] | null): readonly Fields[] =>
    items === null ? [] : items.map((item) => ({ [name]: [item] }))
  const start = { content: content === null ? null : [], refusal: refusal === null ? null : [] }
  return [start, ...single('content', content), ...single('refusal', refusal)]
}

/** An empty string is one piece, so that it comes at all. */
function pieces(text: string, nextLength: () => number): readonly string[] {
  if (text === '') return ['']
  const cut: string[] = []
  for (let at = 0; at < text.length;) {
    const length = nextLength()
    cut.push(text.slice(at, at + length))
    at += length
  }
  return cut
}
