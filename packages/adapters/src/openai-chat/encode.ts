import type { ChatMessage, ChatRequest } from '@nextbest/core'
import type { EncodeTarget, WireRequest } from '../adapter.ts'
import { isTaken } from './parameters.ts'
import type { NumberRange, OpenAiChatQuirks } from './quirks.ts'
import { reasoningFields } from './reasoning.ts'

/**
 * Returns the encoder of one provider. Our request has OpenAI's shape already, so encoding is choosing: what the
 * endpoint does not list is left out, what is known by another name is renamed, and all else travels on unchanged.
 */
export function createEncoder(
  quirks: OpenAiChatQuirks,
): (request: ChatRequest, target: EncodeTarget) => WireRequest {
  const query = new URLSearchParams(quirks.query).toString()
  const suffix = query === '' ? '' : `?${query}`
  const path = quirks.path + suffix
  const namesModel = quirks.path.includes('{model}')
  const dialect = createDialect(quirks)
  const headersOf = createHeaders(quirks)
  return (request, target) => ({
    path: namesModel ? pathFor(target.endpoint.upstreamModel, quirks.path) + suffix : path,
    headers: headersOf(target),
    body: JSON.stringify(bodyOf(request, target, dialect)),
  })
}

function pathFor(model: string, template: string): string {
  return template.replaceAll('{model}', () => encodeURIComponent(model))
}

/** Fields that are written from the target or unified with others, so never copied. */
const unifiedFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'reasoning',
  'reasoning_effort',
])

/** What is sent: fields are written one by one, since whatever is made of pairs takes twice as long to write as JSON (measured). */
type Body = Record<string, unknown>

function bodyOf(request: ChatRequest, target: EncodeTarget, dialect: Dialect): Body {
  const { quirks, write } = dialect
  const listed = target.endpoint.capabilities.parameters
  const body: Body = { model: target.endpoint.upstreamModel }
  write(
    body,
    'messages',
    quirks.developerRole === 'system' ? request.messages.map(asSystem) : request.messages,
  )
  for (const [name, value] of Object.entries(request)) {
    if (!unifiedFields.has(name) && isTaken(name, value, listed)) write(body, name, value)
  }
  const limitName = limitNameFor(request, listed)
  if (limitName !== undefined) write(body, limitName, limitOf(request))
  for (const [name, value] of reasoningFields(request, listed, quirks.reasoning)) write(body, name, value)
  return withStream(body, request, { stream: target.stream, asks: quirks.usageInStream === 'option' })
}

function limitOf(request: ChatRequest): number | null | undefined {
  return request.max_completion_tokens ?? request.max_tokens
}

const limitNames = ['max_completion_tokens', 'max_tokens'] as const

/** The limit of the output has two names, and an endpoint that lists one of them is given that one. */
function limitNameFor(request: ChatRequest, listed: ReadonlySet<string>): string | undefined {
  const limit = limitOf(request)
  if (limit === undefined || limit === null) return undefined
  const taken = limitNames.filter((name) => listed.has(name))
  return taken.find((name) => request[name] === limit) ?? taken[0]
}

function withStream(
  body: Body,
  request: ChatRequest,
  { stream, asks }: { readonly stream: boolean; readonly asks: boolean },
): Body {
  body['stream'] = stream
  if (stream && asks) body['stream_options'] = { ...request.stream_options, include_usage: true }
  return body
}

/** A provider's names and ranges. */
interface Dialect {
  readonly quirks: OpenAiChatQuirks
  /** Writes a field under its name at the provider, its number moved into the provider's range, unless it is never sent. */
  readonly write: (body: Body, name: string, value: unknown) => void
}

function createDialect(quirks: OpenAiChatQuirks): Dialect {
  const names = new Map(Object.entries(quirks.rename))
  const ranges = new Map(Object.entries(quirks.clamp))
  const dropped = new Set(quirks.drop)
  const isPlain = names.size + ranges.size + dropped.size === 0
  if (isPlain) return { quirks, write: (body, name, value) => void (body[name] = value) }
  return {
    quirks,
    write(body, name, value) {
      if (!dropped.has(name)) body[names.get(name) ?? name] = clamped(value, ranges.get(name))
    },
  }
}

function clamped(value: unknown, range: NumberRange | undefined): unknown {
  if (typeof value !== 'number' || range === undefined) return value
  return Math.min(range.max ?? Infinity, Math.max(range.min ?? -Infinity, value))
}

function asSystem(message: ChatMessage): ChatMessage {
  return message.role === 'developer' ? { ...message, role: 'system' } : message
}

type Headers = Readonly<Record<string, string>>

/** Returns the headers of a target. They change with the key alone, so those of the last key are kept. */
function createHeaders(quirks: OpenAiChatQuirks): (target: EncodeTarget) => Headers {
  let lastKey: string | undefined
  let whole = headersFor(undefined, 'application/json', quirks)
  let streamed = headersFor(undefined, 'text/event-stream', quirks)
  return ({ apiKey, stream }) => {
    if (apiKey !== lastKey) {
      lastKey = apiKey
      whole = headersFor(apiKey, 'application/json', quirks)
      streamed = headersFor(apiKey, 'text/event-stream', quirks)
    }
    return stream ? streamed : whole
  }
}

function headersFor(apiKey: string | undefined, accept: string, quirks: OpenAiChatQuirks): Headers {
  return Object.freeze({
    ...quirks.headers,
    'content-type': 'application/json',
    accept,
    // A compressed stream arrives in blocks, and a compressed body may be a bomb.
    'accept-encoding': 'identity',
    ...(apiKey === undefined ? undefined : keyHeader(apiKey, quirks)),
  })
}

function keyHeader(apiKey: string, { auth, apiKeyHeader }: OpenAiChatQuirks): Record<string, string> {
  if (auth === 'none') return {}
  return auth === 'bearer' ? { authorization: `Bearer ${apiKey}` } : { [apiKeyHeader]: apiKey }
}
