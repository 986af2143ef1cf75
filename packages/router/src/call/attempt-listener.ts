import type { AttemptListener, StreamPart } from '@nextbest/adapters'
import { classify } from '@nextbest/core'
import type { CallEvent, ChatChunk } from '@nextbest/core'
import type { AttemptRun } from './attempt-run.ts'
import { observeLimits } from './provider-limits.ts'

/** Whom an attempt's listener tells. */
export interface AttemptEars {
  readonly nowMs: () => number
  readonly tell: (event: CallEvent, chunk?: ChatChunk) => void
  readonly batchEnd: (run: AttemptRun) => void
  /** The endpoint has answered: its first content came, or all of it at once. */
  readonly answered: (run: AttemptRun) => void
  /** What an attempt cost, in US dollars, where its usage came. */
  readonly costUsd: (run: AttemptRun) => number | undefined
  /** Whether an answer that the provider's filter ended is failed over from, as long as nothing of it was delivered. */
  readonly failoverOnContentPolicy: boolean
}

/** What hears the parts of a stream. */
type HearPart = (part: StreamPart & { readonly type: 'chunk' }) => void

/** Turns what an upstream says of an attempt into events of the call machine. Failures are classified here, once. */
export function attemptListener(run: AttemptRun, ears: AttemptEars): AttemptListener {
  const { nowMs, tell } = ears
  const attempt = run.number
  return listenerWith(run, ears, (part) => {
    run.observe(part)
    if (run.firstTokenAtMs !== undefined) {
      return tell({ type: 'progress', attempt, nowMs: nowMs(), content: part.content }, part.chunk)
    }
    if (!part.content) return run.holdLiveness(part.chunk)
    run.firstTokenAtMs = nowMs()
    ears.answered(run)
    return tell({ type: 'first-token', attempt, nowMs: run.firstTokenAtMs }, part.chunk)
  })
}

/** A listener that hears the parts of a stream in its own way. */
export function listenerWith(run: AttemptRun, ears: AttemptEars, onPart: HearPart): AttemptListener {
  const { nowMs, tell } = ears
  const attempt = run.number
  return {
    onResponse(_status, headers) {
      observeLimits(run, headers, nowMs())
    },
    onPart(part) {
      onPart(part)
      if (run.isEndless) failEndless(run, ears)
    },
    onBatchEnd() {
      if (run.firstTokenAtMs !== undefined) ears.batchEnd(run)
    },
    onAnswer(completion, usage) {
      run.complete(completion, usage)
      ears.answered(run)
      tell(ended(run, ears))
    },
    onEnd() {
      tell(ended(run, ears))
    },
    onFailure(evidence) {
      if (evidence.type === 'empty') run.completeBlank(evidence)
      const failure = classify(evidence)
      const costUsd = ears.costUsd(run)
      const failed = { type: 'attempt-failed', attempt, nowMs: nowMs(), failure } as const
      tell(costUsd === undefined ? failed : { ...failed, costUsd })
    },
  }
}

/** It may go on for ever, and nobody asked for so much. */
function failEndless(run: AttemptRun, ears: AttemptEars): void {
  run.handle?.cancel()
  const failure = { kind: 'malformed-response', message: 'more output than the request allows' } as const
  ears.tell({ type: 'attempt-failed', attempt: run.number, nowMs: ears.nowMs(), failure })
}

function ended(run: AttemptRun, { nowMs, failoverOnContentPolicy }: AttemptEars): CallEvent {
  const attempt = run.number
  if (!run.filtered || run.committed || !failoverOnContentPolicy)
    return { type: 'attempt-completed', attempt, nowMs: nowMs() }
  const failure = { kind: 'content-refused', message: "the provider's filter ended the answer" } as const
  return { type: 'attempt-failed', attempt, nowMs: nowMs(), failure }
}
