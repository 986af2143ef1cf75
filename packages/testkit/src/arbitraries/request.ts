import type { ChatMessage, ChatRequest, ContentPart, ResponseFormat, Tool, ToolCall } from '@nextbest/core'
import fc from 'fast-check'
import { arbitraryModel, modalities } from './endpoint.ts'

const words = fc.constantFrom(
  'a',
  'harbour',
  'the',
  'Zeit',
  '雨',
  'снег',
  'بحر',
  '🚀',
  '{"k":1}',
  '3.14',
  '\n\n',
  '  ',
)

/** Text of words in several scripts, or of any characters. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.array(words, { maxLength: 20 }).map((drawn) => drawn.join(' ')),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const names = fc.stringMatching(/^[a-z_]{1,12}$/)

const parts: fc.Arbitrary<ContentPart> = fc.oneof(
  texts.map((text): ContentPart => ({ type: 'text', text })),
  fc.constantFrom('low', 'high', 'auto').map((detail): ContentPart => ({
    type: 'image_url',
    image_url: { url: 'https://example.com/a.png', detail },
  })),
  fc
    .base64String({ maxLength: 80 })
    .map((data): ContentPart => ({ type: 'input_audio', input_audio: { data, format: 'wav' } })),
  fc.constant<ContentPart>({ type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } }),
  fc.base64String({ maxLength: 80 }).map((data): ContentPart => ({
    type: 'file',
    file: { file_data: `data:application/pdf;base64,${data}` },
  })),
)

const contents = fc.oneof(texts, fc.array(parts, { minLength: 1, maxLength: 4 }))

const toolCalls: fc.Arbitrary<ToolCall> = fc
  .record({ id: names, name: names, value: fc.jsonValue({ maxDepth: 2 }) })
  .map(({ id, name, value }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(value) },
  }))

/** Messages of all roles. */
export const chatMessages: fc.Arbitrary<ChatMessage> = fc.oneof(
  contents.map((content): ChatMessage => ({ role: 'user', content })),
  texts.map((content): ChatMessage => ({ role: 'system', content })),
  fc
    .record({ content: fc.option(texts), tool_calls: fc.array(toolCalls, { minLength: 1, maxLength: 2 }) })
    .map((answer): ChatMessage => ({ role: 'assistant', ...answer })),
  fc
    .record({ content: texts, tool_call_id: names })
    .map((result): ChatMessage => ({ role: 'tool', ...result })),
)

const schemas = fc.uniqueArray(names, { maxLength: 4 }).map((fields) => ({
  type: 'object',
  properties: Object.fromEntries(fields.map((field) => [field, { type: 'string', description: field }])),
  required: fields,
}))

export const tools: fc.Arbitrary<Tool> = fc
  .record({ name: names, description: texts, parameters: schemas })
  .map((definition) => ({ type: 'function', function: definition }))

const responseFormats: fc.Arbitrary<ResponseFormat> = fc.oneof(
  fc.constantFrom<ResponseFormat>({ type: 'text' }, { type: 'json_object' }),
  fc
    .record({ name: names, schema: schemas })
    .map((format): ResponseFormat => ({ type: 'json_schema', json_schema: format })),
)

const optional = {
  max_tokens: fc.integer({ min: 1, max: 40_000 }),
  max_completion_tokens: fc.integer({ min: 1, max: 40_000 }),
  n: fc.integer({ min: 1, max: 4 }),
  temperature: fc.double({ min: 0, max: 2, noNaN: true }),
  top_p: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.integer(),
  stop: fc.oneof(names, fc.array(names, { maxLength: 4 })),
  logprobs: fc.boolean(),
  stream: fc.boolean(),
  tools: fc.array(tools, { maxLength: 3 }),
  tool_choice: fc.constantFrom('auto', 'none', 'required'),
  parallel_tool_calls: fc.boolean(),
  response_format: responseFormats,
  modalities: fc.uniqueArray(modalities, { minLength: 1, maxLength: 2 }),
  reasoning_effort: fc.constantFrom('none', 'low', 'high'),
} satisfies Partial<{ readonly [Field in keyof ChatRequest]: fc.Arbitrary<ChatRequest[Field]> }>

/** Valid requests: any fields beside the model and messages, tools, images, files and schemas among them. */
export const chatRequests: fc.Arbitrary<ChatRequest> = fc
  .tuple(
    fc.constantFrom(arbitraryModel, `${arbitraryModel}:floor`, `${arbitraryModel}:free`),
    fc.array(chatMessages, { minLength: 1, maxLength: 5 }),
    fc.record(optional, { requiredKeys: [] }),
  )
  .map(([model, messages, others]) => ({ model, messages, ...others }))
