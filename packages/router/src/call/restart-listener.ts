import type { AttemptListener } from '@nextbest/adapters'
import { VerifiedRestart } from '@nextbest/core'
import type { ChatChunk } from '@nextbest/core'
import { listenerWith } from './attempt-listener.ts'
import type { AttemptEars } from './attempt-listener.ts'
import type { AttemptRun } from './attempt-run.ts'
import { isFinish, plainTextOf, withText } from './plain-text.ts'

/**
 * Listens to an answer that is generated anew after another has broken off: what repeats the delivered text is swallowed, and what
 * comes after it is told as if the first answer had never stopped.
 */
export function restartListener(run: AttemptRun, delivered: string, ears: AttemptEars): AttemptListener {
  const { nowMs, tell } = ears
  const attempt = run.number
  const verifier = new VerifiedRestart(delivered)
  let live = false

  return listenerWith(run, ears, (part) => {
    run.observe(part)
    if (live) return tell({ type: 'progress', attempt, nowMs: nowMs(), content: part.content }, part.chunk)
    if (part.content) tellContent()
    const rest = restOf(part.chunk, verifier)
    if (rest === 'diverged') return tell({ type: 'diverged', attempt, nowMs: nowMs() })
    if (rest === undefined) return undefined
    live = true
    return tell({ type: 'caught-up', attempt, nowMs: nowMs() }, rest)
  })

  function tellContent(): void {
    const first = run.firstTokenAtMs === undefined
    if (!first) return tell({ type: 'progress', attempt, nowMs: nowMs(), content: true })
    run.firstTokenAtMs = nowMs()
    ears.answered(run)
    return tell({ type: 'first-token', attempt, nowMs: run.firstTokenAtMs })
  }
}

/** Returns what of a chunk is new, nothing if all of it was delivered before, or that it is something else. */
function restOf(chunk: ChatChunk, verifier: VerifiedRestart): ChatChunk | 'diverged' | undefined {
  const text = plainTextOf(chunk)
  const piece = text === undefined ? ({ type: 'diverged' } as const) : verifier.take(text)
  if (piece.type === 'diverged') return 'diverged'
  if (piece.type === 'new') return withText(chunk, piece.text)
  if (!isFinish(chunk)) return undefined
  // The answer ends where the delivered text does: its end is all that is new.
  if (!verifier.caughtUp) return 'diverged'
  return text === '' ? chunk : withText(chunk, '')
}
