import type { RawResponse } from './response.ts'

/** What a patient reader makes of an answer. */
export interface Reading {
  readonly text: string
  readonly refusal: string
  readonly finishReason: string | undefined
  readonly toolCallDeltas: readonly unknown[]
  readonly model: string | undefined
  readonly usage: Readonly<Record<string, unknown>> | undefined
  /** Errors that the answer has in it. */
  readonly errors: readonly unknown[]
}

interface Piece {
  readonly content?: string | null
  readonly refusal?: string | null
  readonly tool_calls?: readonly unknown[]
}

interface Part {
  readonly model?: string
  readonly error?: unknown
  readonly usage?: Readonly<Record<string, unknown>> | null
  readonly choices?: readonly {
    readonly delta?: Piece
    readonly message?: Piece
    readonly finish_reason?: string | null
  }[]
}

/** Reads JSON or a stream of events, whatever it is called, as simply as possible. */
export function read({ body }: RawResponse): Reading {
  const text = body.toString().replace(/^\uFEFF/, '')
  if (/^\s*\{/.test(text)) return readingOf([JSON.parse(text) as Part])
  const data = dataIn(text)
  const end = data.indexOf('[DONE]')
  return readingOf((end === -1 ? data : data.slice(0, end)).flatMap(partIn))
}

/** The data of all events that a blank line closes. */
export function dataIn(text: string): readonly string[] {
  const blocks = text.split(/(?:\r\n|\r|\n){2}/)
  return blocks.slice(0, -1).flatMap((block) => {
    const lines = block.split(/\r\n|\r|\n/).filter((line) => line.startsWith('data:'))
    return lines.length === 0
      ? []
      : [lines.map((line) => line.slice('data:'.length).replace(/^ /, '')).join('\n')]
  })
}

function partIn(data: string): readonly Part[] {
  return data.startsWith('{') ? [JSON.parse(data) as Part] : []
}

function readingOf(parts: readonly Part[]): Reading {
  const choices = parts.flatMap((part) => part.choices ?? [])
  const pieces = choices.flatMap(({ delta, message }) => delta ?? message ?? [])
  return {
    text: pieces.map(({ content }) => content ?? '').join(''),
    refusal: pieces.map(({ refusal }) => refusal ?? '').join(''),
    finishReason:
      choices.findLast(({ finish_reason: reason }) => typeof reason === 'string')?.finish_reason ?? undefined,
    toolCallDeltas: pieces.flatMap(({ tool_calls: calls }) => calls ?? []),
    model: parts.find(({ model }) => model !== undefined)?.model,
    usage: parts.findLast(({ usage }) => usage !== undefined && usage !== null)?.usage ?? undefined,
    errors: parts.flatMap(({ error }) => error ?? []),
  }
}
