import type { AttemptListener } from '@nextbest/adapters'
import { classify } from '@nextbest/core'
import type { CallEvent, ChatChunk } from '@nextbest/core'
import type { AttemptRun } from './attempt-run.ts'

/** Whom an attempt's listener tells. */
export interface AttemptEars {
  readonly nowMs: () => number
  readonly tell: (event: CallEvent, chunk?: ChatChunk) => void
  readonly batchEnd: (run: AttemptRun) => void
}

/** Turns what an upstream says of an attempt into events of the call machine. Failures are classified here, once. */
export function attemptListener(run: AttemptRun, { nowMs, tell, batchEnd }: AttemptEars): AttemptListener {
  const attempt = run.number
  return {
    onPart(part) {
      run.observe(part)
      if (run.firstTokenAtMs !== undefined) {
        return tell({ type: 'progress', attempt, nowMs: nowMs(), content: part.content }, part.chunk)
      }
      if (!part.content) return run.hold(part.chunk)
      run.firstTokenAtMs = nowMs()
      return tell({ type: 'first-token', attempt, nowMs: run.firstTokenAtMs }, part.chunk)
    },
    onBatchEnd() {
      if (run.firstTokenAtMs !== undefined) batchEnd(run)
    },
    onAnswer(completion, usage) {
      run.complete(completion, usage)
      tell({ type: 'attempt-completed', attempt, nowMs: nowMs() })
    },
    onEnd() {
      tell({ type: 'attempt-completed', attempt, nowMs: nowMs() })
    },
    onFailure(evidence) {
      tell({ type: 'attempt-failed', attempt, nowMs: nowMs(), failure: classify(evidence) })
    },
  }
}
