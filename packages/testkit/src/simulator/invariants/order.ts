import { matchesProvider } from '@nextbest/core'
import type { Endpoint } from '@nextbest/core'
import type { Route } from 'nextbest'
import type { Rule, RuleFamily } from '../invariant.ts'
import type { SeenCall } from '../seen-call.ts'

const orderObeyed: Rule = {
  number: 6,
  sentence:
    'Attempts keep to what was planned or waited for, and a plan follows an explicit order to the letter',
}

/** The order of attempts. */
export const explicitOrder: RuleFamily = {
  rules: [orderObeyed],
  watch: (scene) => ({
    terminal(call) {
      if (call.route === undefined) return
      const fault = strayFrom(call, call.route) ?? disorderIn(call, call.route, scene.endpointsOf(call.model))
      if (fault !== undefined) scene.violated(orderObeyed, fault, call)
    },
  }),
}

/** An endpoint that refuses at its turn may be waited for later, so the order of attempts is not told by the plan alone. */
function strayFrom({ attempts }: SeenCall, { plan, unavailable }: Route): string | undefined {
  const known = new Set([...plan, ...unavailable.map(({ endpoint }) => endpoint)])
  const stray = attempts.find(({ ledger }) => !known.has(ledger.endpoint.id))
  return stray === undefined ? undefined : `${stray.ledger.endpoint.id} was not to be tried`
}

function disorderIn(
  { preferences: { order } }: SeenCall,
  { plan }: Route,
  endpoints: readonly Endpoint[],
): string | undefined {
  if (order === undefined) return undefined
  const places = plan.map((id) => {
    const endpoint = endpoints.find((one) => one.id === id)
    const place = order.findIndex((selector) => endpoint !== undefined && matchesProvider(selector, endpoint))
    return place < 0 ? order.length : place
  })
  return places.some((place, i) => place < (places[i - 1] ?? 0))
    ? `the plan is ${plan.join(', ')}`
    : undefined
}
