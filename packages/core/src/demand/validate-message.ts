import { isObject, refuse } from './request-checks.ts'

const maxParts = 10_000
const maxToolCalls = 1_024

type Fields = Readonly<Record<string, unknown>>

/** Throws InvalidRequest when a message is not one of ours. Field names are put together only then. */
export function validateMessage(message: unknown, index: number): void {
  if (!isObject(message)) refuse(`messages[${index}]`, 'an object', message)
  switch (message['role']) {
    case 'assistant':
      return validateAssistantMessage(message, index)
    case 'tool':
      if (typeof message['tool_call_id'] !== 'string') {
        refuse(`messages[${index}].tool_call_id`, 'a string', message['tool_call_id'])
      }
      return validateContent(message['content'], index)
    case 'system':
    case 'developer':
    case 'user':
      validateOptionalText(message, 'name', index)
      return validateContent(message['content'], index)
    default:
      refuse(`messages[${index}].role`, 'system, developer, user, assistant or tool', message['role'])
  }
}

function validateAssistantMessage(message: Fields, index: number): void {
  const { content, tool_calls: calls } = message
  if (content !== undefined && content !== null) validateContent(content, index)
  validateOptionalText(message, 'name', index)
  validateOptionalText(message, 'refusal', index)
  validateOptionalText(message, 'reasoning', index)
  validateOptionalText(message, 'reasoning_content', index)
  if (calls === undefined || calls === null) return
  if (!Array.isArray(calls) || calls.length > maxToolCalls) {
    refuse(`messages[${index}].tool_calls`, `an array of at most ${maxToolCalls} calls`, calls)
  }
  for (let at = 0; at < calls.length; at++)
    validateToolCall(calls[at], `messages[${index}].tool_calls[${at}]`)
}

function validateToolCall(call: unknown, field: string): void {
  if (!isObject(call)) refuse(field, 'an object', call)
  const called = call['function']
  if (!isObject(called)) refuse(`${field}.function`, 'an object', called)
  if (typeof called['name'] !== 'string') refuse(`${field}.function.name`, 'a string', called['name'])
  if (typeof called['arguments'] !== 'string')
    refuse(`${field}.function.arguments`, 'a string', called['arguments'])
}

function validateContent(content: unknown, index: number): void {
  if (typeof content === 'string') return
  if (!Array.isArray(content) || content.length > maxParts) {
    refuse(`messages[${index}].content`, `a string or an array of at most ${maxParts} parts`, content)
  }
  for (let at = 0; at < content.length; at++) validatePart(content[at], index, at)
}

/** Throws InvalidRequest when a part that we read lacks what we read of it. Parts of other types pass. */
function validatePart(part: unknown, index: number, at: number): void {
  if (!isObject(part)) refuse(partField(index, at), 'an object', part)
  const { type } = part
  if (typeof type !== 'string') refuse(`${partField(index, at)}.type`, 'a string', type)
  if (type === 'text' || type === 'refusal') {
    if (typeof part[type] !== 'string') refuse(`${partField(index, at)}.${type}`, 'a string', part[type])
    return
  }
  const texts = mediaTexts.get(type)
  if (texts !== undefined) validateMedia(part[type], texts, `${partField(index, at)}.${type}`)
}

/** What must be, and what may be, text in a part that is not text. */
const mediaTexts: ReadonlyMap<string, readonly MediaText[]> = new Map<string, readonly MediaText[]>([
  [
    'image_url',
    [
      ['url', true],
      ['detail', false],
    ],
  ],
  [
    'input_audio',
    [
      ['data', true],
      ['format', true],
    ],
  ],
  ['video_url', [['url', true]]],
  ['file', [['file_data', false]]],
])

type MediaText = readonly [name: string, required: boolean]

function validateMedia(media: unknown, texts: readonly MediaText[], field: string): void {
  if (!isObject(media)) refuse(field, 'an object', media)
  for (const [name, required] of texts) {
    const text = media[name]
    const absent = text === undefined || text === null
    if (typeof text !== 'string' && (required || !absent)) refuse(`${field}.${name}`, 'a string', text)
  }
}

function validateOptionalText(message: Fields, name: string, index: number): void {
  const text = message[name]
  if (text !== undefined && text !== null && typeof text !== 'string')
    refuse(`messages[${index}].${name}`, 'a string', text)
}

function partField(index: number, at: number): string {
  return `messages[${index}].content[${at}]`
}
