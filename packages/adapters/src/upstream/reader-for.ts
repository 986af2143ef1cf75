import type { FailureEvidence } from '@nextbest/core'
import type { Adapter } from '../adapter.ts'
import { AnswerReader } from './answer-reader.ts'
import type { BodyReader, TellPart } from './body-reader.ts'
import { ErrorReader } from './error-reader.ts'
import { StreamReader } from './stream-reader.ts'
import type { UpstreamLimits } from './upstream-options.ts'

/** What an attempt wants to read, and with what. */
export interface ReadingPlan {
  readonly adapter: Adapter
  readonly limits: UpstreamLimits
  /** Tells chunks. Nothing where the attempt is not a stream. */
  readonly tellPart: TellPart | undefined
}

type Headers = Readonly<Record<string, string>>

/** Returns the reader for a response, or why it cannot be read. */
export function readerFor(status: number, headers: Headers, plan: ReadingPlan): BodyReader | FailureEvidence {
  const encoding = headers['content-encoding'] ?? 'identity'
  const readable = encoding === '' || encoding.toLowerCase() === 'identity'
  if (status < 200 || status > 299) {
    if (!readable) return { type: 'status', status, headers, body: '' }
    return new ErrorReader(status, headers, plan.limits.maxErrorBytes)
  }
  // It was asked not to be: what is compressed may be a bomb, and arrives in blocks.
  if (!readable) return { type: 'malformed', detail: 'the body is compressed' }
  return answerReaderFor(mediaType(headers), plan)
}

function answerReaderFor(
  type: string,
  { adapter, limits, tellPart }: ReadingPlan,
): BodyReader | FailureEvidence {
  if (tellPart === undefined) {
    if (type === 'text/event-stream')
      return { type: 'malformed', detail: 'a stream came where none was asked for' }
    return new AnswerReader(adapter, limits.maxAnswerBytes, undefined)
  }
  if (type === 'text/html') return { type: 'malformed', detail: 'a page came where a stream was asked for' }
  if (type === 'application/json') return new AnswerReader(adapter, limits.maxAnswerBytes, tellPart)
  return new StreamReader(adapter, limits.maxEventBytes, tellPart)
}

function mediaType(headers: Headers): string {
  return (headers['content-type'] ?? '').replace(/;.*/s, '').trim().toLowerCase()
}
