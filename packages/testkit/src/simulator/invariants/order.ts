import { matchesProvider } from '@nextbest/core'
import type { Endpoint } from '@nextbest/core'
import type { Route } from 'nextbest'
import type { Rule, RuleFamily } from '../invariant.ts'
import type { SeenCall } from '../seen-call.ts'

const orderObeyed: Rule = {
  number: 6,
  sentence: 'Attempts follow the plan, and with an explicit order the plan does, leaving out only what cannot serve now',
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

/** Attempts go along the plan; those off the plan have waited for an endpoint that was not available at first. */
function strayFrom({ attempts }: SeenCall, { plan, unavailable }: Route): string | undefined {
  let place = -1
  for (const { ledger } of attempts) {
    const { id } = ledger.endpoint
    const planned = plan.indexOf(id)
    if (planned < 0 && !unavailable.some(({ endpoint }) => endpoint === id)) return `${id} was neither planned nor waited for`
    if (planned >= 0 && planned < place) return `${id} came after ${plan[place]}`
    place = Math.max(place, planned)
  }
  return undefined
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
  return places.some((place, i) => place < (places[i - 1] ?? 0)) ? `the plan is ${plan.join(', ')}` : undefined
}
