import type { RankedRoute, Route } from 'nextbest'
import type { Rule, RuleFamily, Scene } from '../invariant.ts'
import type { SeenCall } from '../seen-call.ts'

const everyEndpointExplained: Rule = {
  number: 55,
  sentence: 'A route explains every endpoint of the model once, and the parts of each index give the index',
}

const tolerance = 1e-9

/** What routes say of decisions. */
export const explanations: RuleFamily = {
  rules: [everyEndpointExplained],
  watch: (scene) => ({
    terminal(call) {
      if (call.route === undefined) return
      const fault = gapOf(call, call.route, scene) ?? faultOf(call.route)
      if (fault !== undefined) scene.violated(everyEndpointExplained, fault, call)
    },
  }),
}

function gapOf(call: SeenCall, { ranked, unavailable, exclusions }: Route, scene: Scene): string | undefined {
  const explained = [...ranked, ...unavailable, ...exclusions].map(({ endpoint }) => endpoint)
  const endpoints = scene.endpointsOf(call.model)
  if (explained.length !== endpoints.length) return `${explained.length} of ${endpoints.length} are explained`
  const missing = endpoints.find(({ id }) => !explained.includes(id))
  return missing === undefined ? undefined : `${missing.id} is not explained`
}

function faultOf({ ranked, plan }: Route): string | undefined {
  let probability = 0
  for (const one of ranked) {
    const indexUsd = indexOf(one)
    if (!(Math.abs(indexUsd - one.indexUsd) <= tolerance * indexUsd))
      return `${one.endpoint} has index ${one.indexUsd}, its parts give ${indexUsd}`
    probability += one.probability
  }
  if (ranked.length > 0 && !(Math.abs(probability - 1) <= tolerance))
    return `probabilities sum to ${probability}`
  const stranger = plan.find((id) => !ranked.some(({ endpoint }) => endpoint === id))
  if (stranger !== undefined) return `${stranger} is planned and not ranked`
  return new Set(plan).size === plan.length ? undefined : `${plan.join(', ')} has one twice`
}

/** `(p·s + a·f + b·F_b) / (1 − a)`, with probabilities that sum to 1. */
function indexOf({ parts }: RankedRoute): number {
  const { success, early, late, answerUsd, earlyFailureUsd, lateFailureUsd } = parts
  if (Math.abs(success + early + late - 1) > tolerance) return Number.NaN
  return (success * answerUsd + early * earlyFailureUsd + late * lateFailureUsd) / (1 - early)
}
