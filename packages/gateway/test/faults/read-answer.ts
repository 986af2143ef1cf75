import type { ChatChunk } from '@nextbest/core'
import type { Answer } from '../support/client.ts'
import type { ObservedAnswer, ObservedError, ObservedUsage } from './observation.ts'

const nothing: ObservedAnswer = Object.freeze({
  status: 0,
  contentType: '',
  shouldRetry: undefined,
  retryAfter: undefined,
  text: '',
  refusal: '',
  toolCallDeltas: [],
  finishReasons: [],
  models: [],
  usage: undefined,
  errors: [],
  endMarks: 0,
  eventsAfterError: 0,
  unreadable: undefined,
})

/** An answer that did not come, or not whole. */
export function noAnswer(reason: string): ObservedAnswer {
  return { ...nothing, unreadable: reason }
}

/** Takes an answer of the gateway apart. */
export function readAnswer({ status, headers, text }: Answer): ObservedAnswer {
  const { 'content-type': contentType = '', 'x-should-retry': shouldRetry } = headers
  const head = {
    ...nothing,
    status,
    contentType,
    shouldRetry: typeof shouldRetry === 'string' ? shouldRetry : undefined,
    retryAfter: headers['retry-after'],
  }
  const isStream = contentType.startsWith('text/event-stream')
  return isStream ? { ...head, ...readStream(text) } : { ...head, ...readJson(text) }
}

/** Puts chunks of the router together, as if the gateway had sent them. */
export function readChunks(chunks: readonly ChatChunk[], error: ObservedError | undefined): ObservedAnswer {
  return {
    ...nothing,
    status: 200,
    contentType: 'text/event-stream',
    ...contentIn(
      chunks.map((chunk) => ({ ...chunk })),
      'delta',
    ),
    errors: error === undefined ? [] : [{ code: error.code, message: error.message, type: error.type }],
    endMarks: error === undefined ? 1 : 0,
  }
}

function readJson(text: string): Partial<ObservedAnswer> {
  const body = objectIn(text)
  if (body === undefined) return { unreadable: 'the body is no JSON object' }
  return { ...contentIn([body], 'message'), errors: errorsOf(body) }
}

function readStream(text: string): Partial<ObservedAnswer> {
  const blocks = text.split('\n\n')
  const last = blocks.pop()
  const events = blocks.filter((block) => !block.startsWith(':'))
  const bodies = events.map((event) => objectIn(event.slice('data: '.length)) ?? {})
  const firstError = bodies.findIndex((body) => errorsOf(body).length > 0)
  return {
    ...contentIn(bodies, 'delta'),
    errors: bodies.flatMap(errorsOf),
    endMarks: events.filter((event) => event === 'data: [DONE]').length,
    eventsAfterError: firstError === -1 ? 0 : bodies.length - firstError - 1,
    unreadable: last === '' ? unreadableIn(events) : 'the last event has no end',
  }
}

function unreadableIn(events: readonly string[]): string | undefined {
  const isReadable = (event: string): boolean =>
    event === 'data: [DONE]' || (event.startsWith('data: ') && objectIn(event.slice(6)) !== undefined)
  return events.every(isReadable) ? undefined : 'an event is neither a JSON object nor the end mark'
}

type Body = Readonly<Record<string, unknown>>

function objectIn(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isBody(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function choicesOf({ choices }: Body): readonly Body[] {
  return Array.isArray(choices) ? choices.filter(isBody) : []
}

/** Puts together what bodies say of the first choice, and of themselves. */
function contentIn(bodies: readonly Body[], member: 'message' | 'delta'): Partial<ObservedAnswer> {
  const choices = bodies.flatMap((body) => choicesOf(body).slice(0, 1))
  const said = choices.map((choice) => choice[member]).filter(isBody)
  return {
    text: said.map(({ content }) => textIn(content)).join(''),
    refusal: said.map(({ refusal }) => textIn(refusal)).join(''),
    toolCallDeltas: said.flatMap(({ tool_calls: calls }) =>
      Array.isArray(calls) ? (calls as unknown[]) : [],
    ),
    finishReasons: choices.flatMap(({ finish_reason: reason }) =>
      typeof reason === 'string' ? [reason] : [],
    ),
    models: [...new Set(bodies.flatMap(({ model }) => (typeof model === 'string' ? [model] : [])))],
    usage: bodies
      .map(({ usage }) => usage)
      .filter(isBody)
      .map(usageOf)
      .at(-1),
  }
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function usageOf({ prompt_tokens: promptTokens, completion_tokens: completionTokens }: Body): ObservedUsage {
  return { promptTokens, completionTokens }
}

function errorsOf({ error }: Body): readonly ObservedError[] {
  if (error === undefined || error === null) return []
  if (!isBody(error)) return [{ code: undefined, message: error, type: undefined }]
  return [{ code: error['code'], message: error['message'], type: error['type'] }]
}
