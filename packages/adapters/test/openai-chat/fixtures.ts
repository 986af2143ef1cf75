import { readFileSync } from 'node:fs'
import type {
  ChatChunk,
  ChatCompletion,
  Endpoint,
  FailureEvidence,
  TokenUsage,
  ToolCallDelta,
} from '@nextbest/core'
import type { StreamPart } from '../../src/adapter.ts'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { createServerSentEventDecoder } from '../../src/sse/decoder.ts'

/** An answer of a provider, as it comes over the wire. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url))
}

/** What came of a stream. */
export interface Stream {
  readonly parts: readonly StreamPart[]
  readonly end: FailureEvidence | undefined
}

export function streamOf(bytes: Uint8Array): Stream {
  const decoder = openAiChat().createStreamDecoder()
  const events = createServerSentEventDecoder()
  const parts: StreamPart[] = []
  const decode = (event: Parameters<typeof decoder.decode>[0]): void => {
    const part = decoder.decode(event)
    if (part !== undefined) parts.push(part)
  }
  events.push(bytes, decode)
  events.end(decode)
  return { parts, end: decoder.end() }
}

/** A stream of these JSON values as events; strings are sent as they are. */
export function streamOfValues(...values: readonly unknown[]): Stream {
  const lines = values.map(
    (value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`,
  )
  return streamOf(Buffer.from(lines.join('')))
}

/** What a client has put together for one choice. */
export interface Read {
  readonly content?: string | undefined
  readonly reasoning?: string | undefined
  readonly refusal?: string | undefined
  /** `id name arguments` of each tool call. */
  readonly tools?: readonly string[] | undefined
  readonly finish?: string | undefined
}

export function chunksIn({ parts }: Stream): readonly ChatChunk[] {
  return parts.flatMap((part) => (part.type === 'chunk' ? [part.chunk] : []))
}

/** Puts the choices of a stream together as a client would. */
export function read(chunks: readonly ChatChunk[]): readonly Read[] {
  const reads: Read[] = []
  for (const { index, delta, finish_reason } of chunks.flatMap((chunk) => chunk.choices)) {
    const before = reads[index] ?? {}
    reads[index] = {
      content: joined(before.content, delta.content),
      reasoning: joined(before.reasoning, delta.reasoning_content ?? delta.reasoning),
      refusal: joined(before.refusal, delta.refusal),
      tools: joinedTools(before.tools, delta.tool_calls),
      finish: finish_reason ?? before.finish,
    }
  }
  return reads
}

function joined(before: string | undefined, piece: string | null | undefined): string | undefined {
  return piece === undefined || piece === null || piece === '' ? before : (before ?? '') + piece
}

function joinedTools(
  before: readonly string[] | undefined,
  pieces: readonly ToolCallDelta[] | null | undefined,
): readonly string[] | undefined {
  if (pieces === undefined || pieces === null) return before
  const tools = [...(before ?? [])]
  for (const { index, id, function: called } of pieces) {
    const start = id === undefined ? '' : `${id} ${called?.name} `
    tools[index] = (tools[index] ?? '') + start + (called?.arguments ?? '')
  }
  return tools
}

/** One letter per part: a chunk with Content, a chunk without (`-`), the End mark, a Failure. */
export function shape({ parts }: Stream): string {
  return parts
    .map((part) => (part.type === 'chunk' ? (part.content ? 'C' : '-') : part.type === 'end' ? 'E' : 'F'))
    .join('')
}

export function lastUsage({ parts }: Stream): TokenUsage | undefined {
  return parts
    .flatMap((part) => (part.type === 'chunk' && part.usage !== undefined ? [part.usage] : []))
    .at(-1)
}

export function usage(
  promptTokens: number,
  completionTokens: number,
  more?: Partial<TokenUsage>,
): TokenUsage {
  const rest = { cachedPromptTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, source: 'reported' } as const
  return { promptTokens, completionTokens, ...rest, ...more }
}

export function endpointWith(parameters: readonly string[]): Endpoint {
  return {
    id: 'acme:author/model',
    provider: 'acme',
    tag: 'acme',
    model: 'author/model',
    upstreamModel: 'acme/model-v1',
    limits: { contextTokens: 128_000 },
    capabilities: {
      parameters: new Set(parameters),
      inputModalities: new Set(['text']),
      outputModalities: new Set(['text']),
    },
    pricing: { promptPicoUsd: 1, completionPicoUsd: 1 },
    dataPolicy: { collectsData: false, zeroDataRetention: true },
  }
}

export function completionWith(...choices: readonly object[]): ChatCompletion {
  return JSON.parse(
    JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_763_596_800,
      model: 'acme/model-v1',
      choices: choices.map((choice, index) => Object.assign({ index, finish_reason: 'stop' }, choice)),
    }),
  )
}
