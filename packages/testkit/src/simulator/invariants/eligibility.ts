import type { Rule, RuleFamily } from '../invariant.ts'
import { obstacleOf, type Obstacle } from './demands.ts'

const eligibleOnly: Rule = {
  number: 2,
  sentence: 'Every attempt is on an endpoint of the model that is not disabled',
}
const namesObeyed: Rule = {
  number: 5,
  sentence:
    'Lists of only and ignore, and an order without fallbacks, are obeyed; without fallbacks there is one attempt',
}
const windowKept: Rule = {
  number: 10,
  sentence: 'An endpoint whose window or limits the prompt and the output exceed is never attempted',
}
const parametersKnown: Rule = {
  number: 11,
  sentence: 'An endpoint without a parameter that is required is never attempted',
}
const priceKept: Rule = { number: 12, sentence: 'An endpoint above a price ceiling is never attempted' }
const policyKept: Rule = {
  number: 13,
  sentence: 'Data policy, region and number format hold for every attempt, breakers ignored or not',
}

const ruleOf: Readonly<Record<Obstacle, Rule>> = {
  model: eligibleOnly,
  disabled: eligibleOnly,
  names: namesObeyed,
  window: windowKept,
  parameters: parametersKnown,
  price: priceKept,
  data: policyKept,
}

/** Where attempts may go. */
export const eligibility: RuleFamily = {
  rules: [eligibleOnly, namesObeyed, windowKept, parametersKnown, priceKept, policyKept],
  watch: (scene) => ({
    arrived({ call, ledger, number }) {
      const obstacle = obstacleOf(ledger.endpoint, call)
      if (obstacle !== undefined) scene.violated(ruleOf[obstacle], `${ledger.endpoint.id}: ${obstacle}`, call)
      const { order, allowFallbacks } = call.preferences
      if (allowFallbacks === false && order === undefined && number > 1) {
        scene.violated(namesObeyed, `attempt ${number} although fallbacks are off`, call)
      }
    },
  }),
}
