// C3: response time times the cube of the queue that all clients together are taken to make, lowest first.
// Source: Suresh et al. (NSDI 2015), Ψ = R − 1/μ + q̂³/μ with q̂ = 1 + outstanding · clients + q̄, in the form of Elasticsearch's adaptive
// replica selection, which drops R − 1/μ. Providers report neither queue nor service time: q̄ is 0 and 1/μ is R.
import type { Contender } from '../contender.ts'
import { ResponseTimes } from './response-times.ts'

export const c3: Contender = {
  name: 'C3',
  create: ({ instances }) => {
    const times = new ResponseTimes()
    return {
      name: 'C3',
      order(candidates) {
        const ranked = candidates.map((one) => {
          const { signals, endpoint } = one.known
          const queue = 1 + signals.inFlight * instances
          return { one, rank: queue ** 3 * times.meanMs(endpoint.id) }
        })
        return { endpoints: ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one) }
      },
      observe(event) {
        if (event.type === 'attempt-ended') times.record(event.endpoint.id, event.durationMs)
      },
    }
  },
}
