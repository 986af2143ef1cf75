import type { BreakerPermit } from '@nextbest/core'
import type { Rule, RuleFamily } from '../invariant.ts'
import { PerEndpoint } from './endpoint-record.ts'

const oneProbe: Rule = { number: 23, sentence: 'A half-open breaker has one probe under way at most' }

/** Probes of half-open breakers. */
export const probes: RuleFamily = {
  rules: [oneProbe],
  watch: (scene) => {
    const underWay = new PerEndpoint<Set<BreakerPermit>>(() => new Set())
    return {
      permitAsked(endpoint, permit) {
        if (permit?.probe !== true) return
        const probes = underWay.of(endpoint)
        // One of an earlier opening counts no more.
        for (const probe of probes) if (probe.generation !== permit.generation) probes.delete(probe)
        probes.add(permit)
        if (probes.size > 1) scene.violated(oneProbe, `${probes.size} probes of ${endpoint.id}`)
      },
      healthTold: (endpoint, permit) => void underWay.of(endpoint).delete(permit),
    }
  },
}
