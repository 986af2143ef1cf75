// In turn, with the engine's breakers and gates: each call starts one endpoint further on.
import type { Contender } from '../contender.ts'

export const roundRobin: Contender = {
  name: 'round robin',
  create: () => {
    let calls = 0
    return {
      name: 'round robin',
      order(candidates) {
        // Candidates come by index, which changes; the turn must not.
        const circle = candidates.toSorted((one, other) =>
          one.known.endpoint.id < other.known.endpoint.id ? -1 : 1,
        )
        const from = circle.length === 0 ? 0 : calls % circle.length
        calls += 1
        return { endpoints: [...circle.slice(from), ...circle.slice(0, from)] }
      },
    }
  },
}
