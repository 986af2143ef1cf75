import type { FailureEvidence } from '@nextbest/core'
import type { Rule, RuleFamily } from '../invariant.ts'
import type { SeenAttempt } from '../seen-call.ts'

const noEndpointTwice: Rule = {
  number: 1,
  sentence: 'No endpoint is attempted twice in a call, but for one second chance of the first of an explicit order',
}
const withinCap: Rule = { number: 3, sentence: 'Attempts never exceed those that the call allows' }
const oneAtATime: Rule = { number: 9, sentence: 'An attempt starts only when the one before it has ended' }

/** How many attempts a call makes, where, and how many at once. */
export const attemptBounds: RuleFamily = {
  rules: [noEndpointTwice, withinCap, oneAtATime],
  watch: (scene) => ({
    arrived(attempt) {
      const { call, number, ledger } = attempt
      if (number > call.maxAttempts) {
        scene.violated(withinCap, `attempt ${number} of ${call.maxAttempts} at ${ledger.endpoint.id}`, call)
      }
      if (call.live > 1) scene.violated(oneAtATime, `${call.live} attempts under way`, call)
      const earlier = call.attempts.filter((one) => one !== attempt && one.ledger.endpoint === ledger.endpoint)
      if (earlier.length > 0 && !isSecondChance(attempt, earlier)) {
        scene.violated(noEndpointTwice, `${ledger.endpoint.id} for the ${earlier.length + 1}. time`, call)
      }
    },
  }),
}

/** Only a passing failure of the first attempt is worth a second chance, and never a silence. */
function isSecondChance({ call }: SeenAttempt, earlier: readonly SeenAttempt[]): boolean {
  const [only] = earlier
  if (earlier.length > 1 || only === undefined || call.preferences.order === undefined) return false
  return only.number === 1 && only.ledger.evidence !== undefined && isPassing(only.ledger.evidence)
}

function isPassing(evidence: FailureEvidence): boolean {
  return evidence.type === 'status' && (evidence.status === 429 || evidence.status >= 500)
}
