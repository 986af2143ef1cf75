import type { ChatMessage, ChatRequest } from '@nextbest/core'
import type { EncodeTarget, WireRequest } from '../adapter.ts'
import { isTaken } from './parameters.ts'
import type { NumberRange, OpenAiChatQuirks } from './quirks.ts'
import { type Field, reasoningFields } from './reasoning.ts'

/**
 * Returns the encoder of one provider. Our request has OpenAI's shape already, so encoding is choosing: what the
 * endpoint does not list is left out, what is known by another name is renamed, and all else travels on unchanged.
 */
export function createEncoder(
  quirks: OpenAiChatQuirks,
): (request: ChatRequest, target: EncodeTarget) => WireRequest {
  const query = new URLSearchParams(quirks.query).toString()
  const suffix = query === '' ? '' : `?${query}`
  const wireField = createWireField(quirks)
  const path = quirks.path + suffix
  const namesModel = quirks.path.includes('{model}')
  return (request, target) => ({
    path: namesModel ? pathFor(target.endpoint.upstreamModel, quirks.path) + suffix : path,
    headers: headersOf(target, quirks),
    body: JSON.stringify(
      objectOf([
        ['model', target.endpoint.upstreamModel],
        ...fieldsOf(request, target, quirks).map(wireField),
        ...streamFields(request, target, quirks),
      ]),
    ),
  })
}

function pathFor(model: string, template: string): string {
  return template.replaceAll('{model}', () => encodeURIComponent(model))
}

/** Assigns one by one: what `Object.fromEntries` returns takes nearly twice as long to write as JSON (measured). */
function objectOf(fields: readonly Field[]): Readonly<Record<string, unknown>> {
  const object: Record<string, unknown> = {}
  for (const [name, value] of fields) object[name] = value
  return object
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

function fieldsOf(request: ChatRequest, target: EncodeTarget, quirks: OpenAiChatQuirks): readonly Field[] {
  const listed = target.endpoint.capabilities.parameters
  const fields: readonly Field[] = [
    ['messages', quirks.developerRole === 'system' ? request.messages.map(asSystem) : request.messages],
    ...Object.entries(request).filter(
      ([name, value]) => !unifiedFields.has(name) && isTaken(name, value, listed),
    ),
    ...limitFields(request, listed),
    ...reasoningFields(request, listed, quirks.reasoning),
  ]
  return quirks.drop.length === 0 ? fields : fields.filter(([name]) => !quirks.drop.includes(name))
}

/** The limit of the output has two names, and an endpoint that lists one of them is given that one. */
function limitFields(request: ChatRequest, listed: ReadonlySet<string>): readonly Field[] {
  const limit = request.max_completion_tokens ?? request.max_tokens
  if (limit === undefined || limit === null) return []
  const names = ['max_completion_tokens', 'max_tokens'] as const
  const taken = names.filter((name) => listed.has(name))
  const name = taken.find((name) => request[name] === limit) ?? taken[0]
  return name === undefined ? [] : [[name, limit]]
}

function streamFields(
  request: ChatRequest,
  { stream }: EncodeTarget,
  quirks: OpenAiChatQuirks,
): readonly Field[] {
  if (!stream || quirks.usageInStream !== 'option') return [['stream', stream]]
  return [
    ['stream', true],
    ['stream_options', { ...request.stream_options, include_usage: true }],
  ]
}

/** Returns the function that gives a field its name at the provider and moves its number into the provider's range. */
function createWireField({ rename, clamp }: OpenAiChatQuirks): (field: Field) => Field {
  const names = new Map(Object.entries(rename))
  const ranges = new Map(Object.entries(clamp))
  return ([name, value]) => [names.get(name) ?? name, clamped(value, ranges.get(name))]
}

function clamped(value: unknown, range: NumberRange | undefined): unknown {
  if (typeof value !== 'number' || range === undefined) return value
  return Math.min(range.max ?? Infinity, Math.max(range.min ?? -Infinity, value))
}

function asSystem(message: ChatMessage): ChatMessage {
  return message.role === 'developer' ? { ...message, role: 'system' } : message
}

function headersOf({ apiKey, stream }: EncodeTarget, quirks: OpenAiChatQuirks): Record<string, string> {
  return {
    ...quirks.headers,
    'content-type': 'application/json',
    accept: stream ? 'text/event-stream' : 'application/json',
    // A compressed stream arrives in blocks, and a compressed body may be a bomb.
    'accept-encoding': 'identity',
    ...(apiKey === undefined ? undefined : keyHeader(apiKey, quirks)),
  }
}

function keyHeader(apiKey: string, { auth, apiKeyHeader }: OpenAiChatQuirks): Record<string, string> {
  if (auth === 'none') return {}
  return auth === 'bearer' ? { authorization: `Bearer ${apiKey}` } : { [apiKeyHeader]: apiKey }
}
