import type { Rule, RuleFamily } from '../invariant.ts'
import { Allowance } from './allowance.ts'
import { PerEndpoint } from './endpoint-record.ts'

const limitsKept: Rule = {
  number: 30,
  sentence: 'In any interval no more is sent to an endpoint than its limits admit, and never more at once',
}

/** Rate limits and concurrency. */
export const limits: RuleFamily = {
  rules: [limitsKept],
  watch: (scene) => {
    const allowances = new PerEndpoint((endpoint) => new Allowance(endpoint))
    return {
      arrived(attempt) {
        const { endpoint } = attempt.ledger
        const excess = allowances.of(endpoint).take(attempt, scene.nowMs())
        if (excess !== undefined) scene.violated(limitsKept, `${endpoint.id}: ${excess}`, attempt.call)
      },
      attemptOver: ({ ledger }) => allowances.of(ledger.endpoint).giveBack(),
    }
  },
}
