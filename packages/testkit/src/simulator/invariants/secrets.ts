import type { Rule, RuleFamily } from '../invariant.ts'
import { leakedKey } from '../swarm/incident-kinds.ts'

const noSecretTold: Rule = {
  number: 62,
  sentence: 'A key that a provider repeats reaches no event, route or error',
}

/** Routes between two that are read whole, which takes long. */
const routesPerLook = 256

/** Secrets in what providers send. */
export const secrets: RuleFamily = {
  rules: [noSecretTold],
  watch: (scene) => {
    let routes = 0
    const look = (text: string | undefined): void => {
      if (text?.includes(leakedKey) === true) scene.violated(noSecretTold, text.replace(leakedKey, '<key>'))
    }
    return {
      event(event) {
        if (event.type === 'attempt-end') look(event.failure?.message)
        if (event.type === 'endpoint-held') look(event.reason)
      },
      terminal(call) {
        look(call.error?.message)
        routes++
        if (routes % routesPerLook === 0) look(JSON.stringify(call.route))
      },
    }
  },
}
