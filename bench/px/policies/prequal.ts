// Prequal's hot-cold lexicographic rule on what a client knows itself, without probes: an endpoint whose requests in flight are above
// the 0.84 quantile of all is hot; of the cold ones the fastest goes first, hot ones come behind by requests in flight.
// Source: Wydrowski et al., "Load is not what you should balance" (NSDI 2024). With the engine's breakers and gates.
import type { ScoredEndpoint } from '@nextbest/core'

import type { Contender } from '../contender.ts'
import { ResponseTimes } from './response-times.ts'

const hotQuantile = 0.84

export const prequal: Contender = {
  name: 'Prequal HCL, local',
  create: () => {
    const times = new ResponseTimes()
    const inFlight = (one: ScoredEndpoint): number => one.known.signals.inFlight
    const meanMs = (one: ScoredEndpoint): number => times.meanMs(one.known.endpoint.id)
    return {
      name: 'Prequal HCL',
      order(candidates) {
        const loads = candidates.map(inFlight).sort((one, other) => one - other)
        const limit = loads[Math.ceil(hotQuantile * loads.length) - 1] ?? 0
        const cold = candidates.filter((one) => inFlight(one) <= limit)
        const hot = candidates.filter((one) => inFlight(one) > limit)
        return {
          endpoints: [
            ...cold.sort((one, other) => meanMs(one) - meanMs(other)),
            ...hot.sort((one, other) => inFlight(one) - inFlight(other)),
          ],
        }
      },
      observe(event) {
        if (event.type === 'attempt-ended') times.record(event.endpoint.id, event.durationMs)
      },
    }
  },
}
