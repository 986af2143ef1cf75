import { type ChatChunk, type FailureEvidence, hasContent } from '@nextbest/core'
import type { ServerSentEvent, StreamDecoder, StreamPart } from '../adapter.ts'
import { ChoiceProgress } from './choice-progress.ts'
import { errorIn } from './in-band-error.ts'
import { toChunk } from './to-chunk.ts'
import { usageIn } from './usage-in.ts'
import { isObject, parseJson, type WireAnswer } from './wire-answer.ts'

/** The most choices that one answer may have. Source: the largest `n` of OpenAI's API. */
const maxChoices = 128

const endMark = '[DONE]'

/** Decodes one stream of chunks. */
export class ChatStreamDecoder implements StreamDecoder {
  readonly #choices = new ChoiceProgress()
  #committed = false
  #mayBeBlank = false
  #ended = false
  #failure: FailureEvidence | undefined

  decode({ event, data, unclosed }: ServerSentEvent): StreamPart | undefined {
    if (this.#ended || this.#failure !== undefined || data === '') return undefined
    if (data.startsWith(endMark) && data.trimEnd() === endMark) {
      this.#ended = true
      return { type: 'end' }
    }
    const value = parseJson(data)
    if (event === 'error') return this.#failWith(errorOfEvent(value) ?? data)
    if (isObject(value)) return this.#answer(value)
    // A piece of an event says nothing of the answer: whether it is whole is for its finish reason to say.
    if (unclosed === true) return undefined
    // An event of a type of its own that is not ours to understand, such as a ping.
    if (event !== '' && event !== 'message') return undefined
    return this.#fail({ type: 'malformed', detail: 'an event of the stream is not a JSON object' })
  }

  end(): FailureEvidence | undefined {
    if (this.#failure !== undefined) return this.#failure
    const { begun, finished } = this.#choices
    if (begun === 0 || finished < begun) {
      const where = this.#ended ? 'at the end mark' : 'at the end of the body'
      return { type: 'incomplete', detail: `${finished} of ${begun} choices had finished ${where}` }
    }
    return this.#committed || this.#mayBeBlank ? undefined : { type: 'empty' }
  }

  #answer(value: WireAnswer): StreamPart | undefined {
    const error = errorIn(value)
    if (error !== undefined) return this.#failWith(error)
    const usage = usageIn(value)
    if (!Array.isArray(value.choices) && usage === undefined) return undefined
    const chunk = toChunk(value)
    if (chunk === undefined)
      return this.#fail({ type: 'malformed', detail: 'a choice of the stream has no delta' })
    const content = this.#note(chunk)
    if (this.#choices.begun > maxChoices) {
      return this.#fail({ type: 'malformed', detail: `the stream has more than ${maxChoices} choices` })
    }
    return usage === undefined ? { type: 'chunk', chunk, content } : { type: 'chunk', chunk, content, usage }
  }

  /** Notes what a chunk says of its choices. Returns whether it has content. */
  #note(chunk: ChatChunk): boolean {
    let content = false
    for (const choice of chunk.choices) {
      content = hasContent(choice.delta) || content
      this.#choices.note(choice)
      this.#mayBeBlank ||= mayBeBlank(choice.finish_reason)
    }
    this.#committed ||= content
    return content
  }

  #failWith(error: unknown): StreamPart {
    return this.#fail({ type: 'in-band', error, committed: this.#committed })
  }

  #fail(evidence: FailureEvidence): StreamPart {
    this.#failure = evidence
    return { type: 'failure', evidence }
  }
}

/** An event of type `error` is one, whatever its data. */
function errorOfEvent(value: unknown): unknown {
  return isObject(value) ? (errorIn(value) ?? value) : value
}

/**
 * Whether a choice may end like this without content: reasoning that is not shown used up the limit, or a filter held
 * the answer back.
 */
function mayBeBlank(finishReason: string | null | undefined): boolean {
  return finishReason === 'length' || finishReason === 'content_filter'
}
