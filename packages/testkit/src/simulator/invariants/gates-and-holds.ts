import type { Rule, RuleFamily } from '../invariant.ts'
import { Closures } from './closures.ts'

const gateWaitedOut: Rule = {
  number: 28,
  sentence:
    'After a 429 nothing is sent to the endpoint before the instant that the provider named, and never sooner after a second one',
}
const holdKept: Rule = {
  number: 34,
  sentence:
    'After a fault of key, billing or model nothing is sent to what it concerns for five minutes, doubled each time in a row',
}

/** Gates and holds. */
export const gatesAndHolds: RuleFamily = {
  rules: [gateWaitedOut, holdKept],
  watch: (scene) => {
    const closures = new Closures(scene)
    return {
      arrived({ ledger, call }) {
        const { gatedUntilMs, heldUntilMs } = closures.of(ledger.endpoint)
        const gateMs = gatedUntilMs - scene.nowMs()
        const holdMs = heldUntilMs - scene.nowMs()
        const { id } = ledger.endpoint
        if (gateMs > 0) scene.violated(gateWaitedOut, `${id}, ${gateMs} ms early`, call)
        if (holdMs > 0) scene.violated(holdKept, `${id}, ${holdMs} ms early`, call)
      },
      attemptOver: (attempt) => closures.note(attempt),
    }
  },
}
