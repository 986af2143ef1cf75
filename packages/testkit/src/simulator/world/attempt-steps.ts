import type { TokenUsage } from '@nextbest/core'
import type { AttemptScript, AttemptStep } from '../attempt-script.ts'
import { lastTokenMs } from './attempt-fate.ts'
import type { AttemptFate } from './attempt-fate.ts'

/** How often content is told, in ms: seldom enough to be fast, often enough for every timer that waits for a pause. */
const progressMs = 2_000

const refusalMs = 80
const charactersPerToken = 4
const longText = 'word'.repeat(16_384)

/** Returns the script of an attempt that a full provider turns away, with the time after which one more would fit. */
export function refusalScript(retryAfterMs: number): AttemptScript {
  return [
    {
      type: 'failure',
      afterMs: refusalMs,
      evidence: {
        type: 'status',
        status: 429,
        headers: { 'retry-after-ms': String(Math.ceil(retryAfterMs)) },
        body: '',
      },
    },
  ]
}

/** Returns the script of an attempt that a provider lets in. */
export function fateScript(
  fate: AttemptFate,
  usage: TokenUsage,
  head: AttemptStep | undefined,
): AttemptScript {
  const steps: AttemptStep[] = head === undefined ? [] : [head]
  if (fate.mode === 'hang') return []
  if (fate.mode === 'error') {
    const evidence = { type: 'status', status: 500, headers: {}, body: '' } as const
    return [...steps, { type: 'failure', afterMs: fate.firstMs, evidence }]
  }
  const lastMs = lastTokenMs(fate)
  let told = 0
  for (let afterMs = fate.firstMs; afterMs < lastMs; afterMs += progressMs) {
    const tokens = 1 + Math.floor((afterMs - fate.firstMs) / fate.msPerToken)
    steps.push({ type: 'content', afterMs, text: textOf(tokens - told) })
    told = tokens
  }
  if (told < fate.outputTokens) {
    steps.push({ type: 'content', afterMs: lastMs, text: textOf(fate.outputTokens - told) })
  }
  steps.push(
    fate.mode === 'answer'
      ? { type: 'end', afterMs: lastMs, usage }
      : { type: 'failure', afterMs: lastMs, evidence: { type: 'incomplete', detail: 'no finish reason' } },
  )
  return steps
}

function textOf(tokens: number): string {
  return longText.slice(0, tokens * charactersPerToken)
}
