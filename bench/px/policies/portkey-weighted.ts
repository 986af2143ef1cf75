// Portkey's "loadbalance" with its retries: one target is drawn by weight, and the gateway tries it up to five times more after a
// 429 or 5xx, 1 s · 2^n apart; nothing else is tried. Source: Portkey-AI/gateway, src/handlers (weights, retryHandler.ts). The
// engine's limit on the first token, which Portkey does not have, holds for all of a target's tries together.
import type { Contender } from '../contender.ts'
import { weightedOrder } from '../contender.ts'

export const portkeyWeighted: Contender = {
  name: 'Portkey weighted, retry 5',
  retries: 5,
  create: ({ requestsPerMinute }) => ({
    name: 'Portkey weighted',
    guards: 'own',
    order: (candidates, { random }) => ({
      endpoints: weightedOrder(
        candidates,
        (one) => requestsPerMinute.get(one.known.endpoint.provider) ?? 0,
        random,
      ).slice(0, 1),
    }),
  }),
}
