import { extraAttemptsDefaults } from '@nextbest/core'
import type { Rule, RuleFamily } from '../invariant.ts'

const fewExtras: Rule = {
  number: 17,
  sentence:
    'Hedges and retries on the same endpoint are a fifth of the calls at most, but for what there is at the start',
}
const costBounded: Rule = { number: 64, sentence: 'A call never costs more than its caller allows' }

/** How near the bounds rounding may decide. */
const tolerance = 1e-6

/** What calls may spend. */
export const budgets: RuleFamily = {
  rules: [fewExtras, costBounded],
  watch: (scene) => {
    const { initial, cap, perCall } = extraAttemptsDefaults
    let balance = initial
    return {
      event(event) {
        if (event.type === 'call-start') balance = Math.min(cap, balance + perCall)
      },
      arrived({ call, isHedge, isRetry, ledger }) {
        if (!isHedge && !isRetry) return
        balance--
        // A retry that waits first was paid for when it began to wait: as many may lie between as there is at most.
        if (balance < -cap - tolerance)
          scene.violated(fewExtras, `${ledger.endpoint.id} is one too many`, call)
      },
      terminal(call) {
        const { maxCostUsd } = call.planned.options
        const costUsd = (call.route?.costNanoUsd ?? 0) / 1e9
        if (costUsd <= (maxCostUsd ?? Infinity) * (1 + tolerance)) return
        scene.violated(costBounded, `it costs ${costUsd} of ${maxCostUsd} US dollars`, call)
      },
    }
  },
}
