import type { FailureEvidence } from '@nextbest/core'
import { AnswerReader } from './answer-reader.ts'
import type { BodyReader, ReadingPlan } from './body-reader.ts'
import { CollectingReader } from './collecting-reader.ts'
import { ErrorReader } from './error-reader.ts'
import { SniffingReader } from './sniffing-reader.ts'
import { StreamReader } from './stream-reader.ts'

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

/** JSON that comes where a stream was asked for, and a stream where JSON was, are turned into the other. */
function answerReaderFor(type: string, plan: ReadingPlan): BodyReader {
  const { adapter, limits, tellPart } = plan
  const json = (): BodyReader => new AnswerReader(adapter, limits.maxAnswerBytes, tellPart)
  if (tellPart === undefined && type !== 'text/event-stream') return json()
  return new SniffingReader({
    named: type === 'application/json' ? 'json' : 'events',
    json,
    events: () => (tellPart === undefined ? new CollectingReader(plan) : new StreamReader(plan, tellPart)),
  })
}

function mediaType(headers: Headers): string {
  return (headers['content-type'] ?? '').replace(/;.*/s, '').trim().toLowerCase()
}
