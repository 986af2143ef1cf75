import type { Rule, RuleFamily } from '../invariant.ts'
import type { SeenAttempt } from '../seen-call.ts'
import { meaningOf } from './evidence.ts'

const noStorm: Rule = {
  number: 19,
  sentence: 'While every attempt for a model fails, for two minutes now, a call makes one attempt',
}

/** How long failures are remembered at least, and successes at most; and failures that are enough to go by. */
const rememberedMs = 110_000
const forgottenMs = 140_000
const enough = 20

interface Trouble {
  readonly failuresAtMs: number[]
  answeredAtMs: number
}

/** Load that failures make. */
export const storms: RuleFamily = {
  rules: [noStorm],
  watch: (scene) => {
    const troubles = new Map<string, Trouble>()
    const troubleOf = (model: string): Trouble => {
      const known = troubles.get(model)
      if (known !== undefined) return known
      const trouble = { failuresAtMs: [], answeredAtMs: -Infinity }
      troubles.set(model, trouble)
      return trouble
    }
    return {
      delivered({ model }) {
        troubleOf(model).answeredAtMs = scene.nowMs()
      },
      attemptOver(attempt) {
        const trouble = troubleOf(attempt.call.model)
        if (attempt.ledger.pieces.length > 0) trouble.answeredAtMs = scene.nowMs()
        else if (isEndpointFailure(attempt)) note(trouble.failuresAtMs, scene.nowMs())
      },
      arrived({ call, number }) {
        const { failuresAtMs, answeredAtMs } = troubleOf(call.model)
        if (number === 1 || answeredAtMs > call.issuedAtMs - forgottenMs) return
        const known = failuresAtMs.filter(
          (atMs) => atMs < call.issuedAtMs && atMs > call.issuedAtMs - rememberedMs,
        )
        if (known.length < enough) return
        scene.violated(noStorm, `attempt ${number} after ${known.length} failures`, call)
      },
    }
  },
}

function note(failuresAtMs: number[], nowMs: number): void {
  failuresAtMs.push(nowMs)
  // The oldest of very many say no more.
  if (failuresAtMs.length > 10 * enough) failuresAtMs.shift()
}

function isEndpointFailure({ ledger: { evidence } }: SeenAttempt): boolean {
  if (evidence === undefined) return false
  const { unhealthy, gateMs, hold } = meaningOf(evidence)
  return unhealthy || (gateMs ?? hold) !== undefined
}
