import type { FailureEvidence } from '@nextbest/core'
import type { Rule, RuleFamily } from '../invariant.ts'
import type { SeenAttempt } from '../seen-call.ts'

const noEndpointTwice: Rule = {
  number: 1,
  sentence:
    'No endpoint is attempted twice in a call, but for second chances of the only one so far, after a 5xx once or after 429s',
}
const withinCap: Rule = { number: 3, sentence: 'Attempts never exceed those that the call allows' }
const oneAtATime: Rule = {
  number: 9,
  sentence:
    'An attempt starts only when the one before it has ended, or beside one silent one where the caller wants that',
}

/** How many attempts a call makes, where, and how many at once. */
export const attemptBounds: RuleFamily = {
  rules: [noEndpointTwice, withinCap, oneAtATime],
  watch: (scene) => ({
    arrived(attempt) {
      const { call, number, ledger } = attempt
      if (number > call.maxAttempts) {
        scene.violated(withinCap, `attempt ${number} of ${call.maxAttempts} at ${ledger.endpoint.id}`, call)
      }
      if (attempt.isHedge && !mayHedge(attempt)) {
        scene.violated(oneAtATime, `${call.live} attempts under way`, call)
      }
      if (attempt.isRetry && !isSecondChance(attempt)) {
        scene.violated(noEndpointTwice, `${ledger.endpoint.id} again as attempt ${number}`, call)
      }
    },
  }),
}

function mayHedge({ call }: SeenAttempt): boolean {
  const hedges = call.attempts.filter((attempt) => attempt.isHedge).length
  return call.planned.options.hedge === true && call.chunks === 0 && call.live === 2 && hedges === 1
}

/** Passing failures only, and of one endpoint only: a silence or a lost connection has no second chance. */
function isSecondChance({ call, ledger, number }: SeenAttempt): boolean {
  const earlier = call.attempts.slice(0, number - 1)
  const failures = earlier.map((one) => passing(one.ledger.evidence))
  if (earlier.some((one) => one.ledger.endpoint !== ledger.endpoint) || failures.includes('other'))
    return false
  return failures.filter((failure) => failure === '5xx').length <= 1
}

function passing(evidence: FailureEvidence | undefined): '429' | '5xx' | 'other' {
  if (evidence?.type === 'in-band' && JSON.stringify(evidence.error).includes('rate_limit')) return '429'
  if (evidence?.type !== 'status') return 'other'
  if (evidence.status === 429) return '429'
  return evidence.status >= 500 ? '5xx' : 'other'
}
