import { usageToWire } from '@nextbest/core'
import type { ChatChunk, ChatCompletion, ChatDelta, FinishReason, TokenUsage } from '@nextbest/core'
import type { LedgerAttempt } from './upstream-ledger.ts'

const roleDelta: ChatDelta = Object.freeze({ role: 'assistant', content: '' })
const emptyDelta: ChatDelta = Object.freeze({})

/** Returns a chunk without content, as streams begin with. */
export function roleChunk(attempt: LedgerAttempt): ChatChunk {
  return chunkOf(attempt, roleDelta, null)
}

export function contentChunk(attempt: LedgerAttempt, text: string): ChatChunk {
  return chunkOf(attempt, { content: text }, null)
}

/** Returns the chunk that says that the answer is whole. */
export function lastChunk(attempt: LedgerAttempt, usage: TokenUsage | undefined): ChatChunk {
  const chunk = chunkOf(attempt, emptyDelta, 'stop')
  return usage === undefined ? chunk : { ...chunk, usage: usageToWire(usage) }
}

/** Returns an answer that is not a stream. */
export function wholeAnswer(attempt: LedgerAttempt, usage: TokenUsage | undefined): ChatCompletion {
  return {
    id: idOf(attempt),
    object: 'chat.completion',
    created: 0,
    model: attempt.endpoint.upstreamModel,
    choices: [
      { index: 0, message: { role: 'assistant', content: attempt.pieces.join('') }, finish_reason: 'stop' },
    ],
    ...(usage !== undefined && { usage: usageToWire(usage) }),
  }
}

function chunkOf(attempt: LedgerAttempt, delta: ChatDelta, finish_reason: FinishReason | null): ChatChunk {
  return {
    id: idOf(attempt),
    object: 'chat.completion.chunk',
    created: 0,
    model: attempt.endpoint.upstreamModel,
    choices: [{ index: 0, delta, finish_reason }],
  }
}

function idOf({ endpoint, serial }: LedgerAttempt): string {
  return `${endpoint.provider}-${serial}`
}
