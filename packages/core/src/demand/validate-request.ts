import { isModality } from '../catalog/modality.ts'
import type { ChatRequest } from '../chat/request.ts'
import {
  checkBoolean,
  checkObject,
  integerIn,
  isObject,
  numberIn,
  refuse,
  textUpTo,
} from './request-checks.ts'
import type { FieldCheck } from './request-checks.ts'
import { validateMessage } from './validate-message.ts'

const maxModelLength = 256
const maxMessages = 10_000
const maxTools = 1_024
const maxStops = 16
const maxNameLength = 256

/** Checks of fields that may be absent or null. Fields that are not named here pass. */
const fieldChecks: ReadonlyMap<string, FieldCheck> = new Map<keyof ChatRequest, FieldCheck>([
  ['stream', checkBoolean],
  ['stream_options', checkObject],
  ['max_tokens', integerIn(1, 10_000_000)],
  ['max_completion_tokens', integerIn(1, 10_000_000)],
  ['n', integerIn(1, 128)],
  ['temperature', numberIn(0, 2)],
  ['top_p', numberIn(0, 1)],
  ['top_k', integerIn(-1, Number.MAX_SAFE_INTEGER)],
  ['min_p', numberIn(0, 1)],
  ['top_a', numberIn(0, 1)],
  ['frequency_penalty', numberIn(-2, 2)],
  ['presence_penalty', numberIn(-2, 2)],
  ['repetition_penalty', numberIn(0, 2)],
  ['seed', integerIn(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
  ['stop', checkStop],
  ['logit_bias', checkObject],
  ['logprobs', checkBoolean],
  ['top_logprobs', integerIn(0, 20)],
  ['tools', checkTools],
  ['tool_choice', checkToolChoice],
  ['parallel_tool_calls', checkBoolean],
  ['response_format', checkResponseFormat],
  ['modalities', checkModalities],
  ['verbosity', textUpTo(maxNameLength)],
  ['reasoning_effort', textUpTo(maxNameLength)],
  ['reasoning', checkObject],
  ['include_reasoning', checkBoolean],
  ['user', textUpTo(4_096)],
  ['session_id', textUpTo(4_096)],
  ['prompt_cache_key', textUpTo(4_096)],
  ['metadata', checkObject],
])

/**
 * Returns the value itself when it is a request that may be sent: a model of 1..256 characters, 1..10,000 messages of known
 * roles, and options within their ranges. Fields that are not known pass.
 *
 * @throws InvalidRequest naming the field, its bound and its value; texts are told by their length, never quoted.
 */
export function validateChatRequest(value: unknown): ChatRequest {
  assertChatRequest(value)
  return value
}

function assertChatRequest(value: unknown): asserts value is ChatRequest {
  if (!isObject(value)) refuse('request', 'an object', value)
  checkModel(value['model'])
  checkMessages(value['messages'])
  for (const field of Object.keys(value)) {
    const given = value[field]
    if (given !== undefined && given !== null) fieldChecks.get(field)?.(field, given)
  }
}

function checkModel(model: unknown): void {
  if (
    typeof model === 'string' &&
    model.length > 0 &&
    model.length <= maxModelLength &&
    !/\p{Cc}/u.test(model)
  )
    return
  refuse('model', `a string of 1..${maxModelLength} characters without controls`, model)
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > maxMessages) {
    refuse('messages', `an array of 1..${maxMessages} messages`, messages)
  }
  for (let index = 0; index < messages.length; index++) validateMessage(messages[index], index)
}

function checkStop(field: string, stop: unknown): void {
  if (typeof stop === 'string') return
  if (Array.isArray(stop) && stop.length <= maxStops && stop.every((one) => typeof one === 'string')) return
  refuse(field, `a string or an array of at most ${maxStops} strings`, stop)
}

function checkTools(field: string, tools: unknown): void {
  if (!Array.isArray(tools) || tools.length > maxTools)
    refuse(field, `an array of at most ${maxTools} tools`, tools)
  for (const [index, tool] of tools.entries()) checkTool(`${field}[${index}]`, tool)
}

function checkTool(field: string, tool: unknown): void {
  if (!isObject(tool)) refuse(field, 'an object', tool)
  if (typeof tool['type'] !== 'string') refuse(`${field}.type`, 'a string', tool['type'])
  if (tool['type'] !== 'function') return
  const definition = tool['function']
  if (!isObject(definition)) refuse(`${field}.function`, 'an object', definition)
  checkName(`${field}.function.name`, definition['name'])
}

function checkToolChoice(field: string, choice: unknown): void {
  if (choice === 'none' || choice === 'auto' || choice === 'required') return
  if (isObject(choice) && typeof choice['type'] === 'string') return
  refuse(field, 'none, auto, required or an object with a type', choice)
}

function checkResponseFormat(field: string, format: unknown): void {
  if (!isObject(format)) refuse(field, 'an object', format)
  if (typeof format['type'] !== 'string') refuse(`${field}.type`, 'a string', format['type'])
  if (format['type'] !== 'json_schema') return
  const schema = format['json_schema']
  if (!isObject(schema)) refuse(`${field}.json_schema`, 'an object', schema)
  checkName(`${field}.json_schema.name`, schema['name'])
}

function checkModalities(field: string, modalities: unknown): void {
  if (Array.isArray(modalities) && modalities.every(isModality)) return
  refuse(field, 'an array of text, image, audio, file and video', modalities)
}

function checkName(field: string, name: unknown): void {
  if (typeof name === 'string' && name.length > 0 && name.length <= maxNameLength) return
  refuse(field, `a string of 1..${maxNameLength} characters`, name)
}
