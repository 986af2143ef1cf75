import type { FailureEvidence } from '@nextbest/core'
import type { ServerSentEvent } from '../../src/adapter.ts'

/** What a decoder made of a stream. */
export interface DecodedStream {
  readonly events: readonly ServerSentEvent[]
  readonly overflow: FailureEvidence | undefined
}

/**
 * Decodes a stream as plainly as can be: the whole text at once, by the rules of the WHATWG HTML standard (server-sent
 * events, event stream interpretation), and where ours differ from it, by ours:
 *
 * - an event without a type has an empty one instead of `message`; `id` and `retry` are ignored;
 * - an event that no blank line closed is told, as `unclosed`, but of a last line without a line end only `}` or `]`
 *   shows that it was not cut;
 * - the `data` and `event` lines of an event and the line after them are bounded, in bytes; at the bound all ends.
 */
export function decodedAtOnce(bytes: Uint8Array, maxEventBytes: number): DecodedStream {
  const events: ServerSentEvent[] = []
  let event = ''
  let data: string[] = []
  let size = 0
  for (const line of linesOf(bytes)) {
    if (size + line.bytes > maxEventBytes) {
      const detail = `an event of more than ${maxEventBytes} bytes`
      return { events, overflow: { type: 'malformed', detail } }
    }
    if (line.isCut) break
    if (line.text === '') {
      if (data.length > 0) events.push({ event, data: data.join('\n') })
      event = ''
      data = []
      size = 0
    }
    if (line.field === 'data') data.push(line.value)
    if (line.field === 'event') event = line.value
    if (line.field === 'data' || line.field === 'event') size += line.bytes
  }
  if (data.length > 0) events.push({ event, data: data.join('\n'), unclosed: true })
  return { events, overflow: undefined }
}

interface Line {
  readonly text: string
  readonly field: string
  readonly value: string
  readonly bytes: number
  /** Whether the stream ended in it. */
  readonly isCut: boolean
}

const lineEnd = /\r\n|\r|\n/

function linesOf(bytes: Uint8Array): readonly Line[] {
  const texts = new TextDecoder().decode(bytes).split(lineEnd)
  const lines = Buffer.from(bytes).toString('latin1').split(lineEnd)
  return texts.map((text, index) => {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(text) ?? []
    const isCut = index === texts.length - 1 && !/[}\]]$/.test(text)
    return { text, field, value, bytes: lines[index]?.length ?? 0, isCut }
  })
}
