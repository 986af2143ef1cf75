import { breakerDefaults } from '@nextbest/core'
import type { BreakerOptions } from '@nextbest/core'
import type { Rule, RuleFamily } from '../invariant.ts'
import { BreakerReference } from './breaker-reference.ts'
import { PerEndpoint } from './endpoint-record.ts'

const opensInTime: Rule = {
  number: 24,
  sentence:
    'A breaker opens when its outcomes say so and not before, stays open for its time, and longer after each failed probe',
}
const closesByProbes: Rule = {
  number: 25,
  sentence: 'Successful probes in a row close a breaker, and nothing else does',
}

/** States of breakers, against a reference that is told the same. */
export const breakerStates: RuleFamily = {
  rules: [opensInTime, closesByProbes],
  watch: (scene) => {
    const options: BreakerOptions = { ...breakerDefaults, ...scene.swarm.router.breaker }
    const references = new PerEndpoint(() => new BreakerReference(options))
    return {
      permitAsked(endpoint, permit) {
        const fault = references.of(endpoint).asked(permit, scene.nowMs())
        if (fault !== undefined) scene.violated(opensInTime, `${endpoint.id}: ${fault}`)
      },
      healthTold(endpoint, permit, outcome) {
        const reference = references.of(endpoint)
        reference.told(permit, outcome, scene.nowMs())
        const { state, opensUntilMs } = scene.breakerOf(endpoint)
        const fault = reference.faultOf(state, opensUntilMs, scene.nowMs())
        if (fault === undefined) return
        scene.violated(state === 'closed' ? closesByProbes : opensInTime, `${endpoint.id}: ${fault}`)
      },
    }
  },
}
