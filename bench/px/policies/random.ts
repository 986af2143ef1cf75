// Uniformly at random, with the engine's breakers and gates.
import type { Contender } from '../contender.ts'
import { weightedOrder } from '../contender.ts'

export const random: Contender = {
  name: 'random',
  create: () => ({
    name: 'random',
    order: (candidates, { random }) => ({ endpoints: weightedOrder(candidates, () => 1, random) }),
  }),
}
