import type { Rule, RuleFamily, Scene } from '../invariant.ts'
import type { SeenCall } from '../seen-call.ts'

const allReasonsNamed: Rule = {
  number: 7,
  sentence:
    'A call that no endpoint can serve makes no attempt, and its error names each endpoint once with a reason',
}

/** Calls that nobody can serve. */
export const noEndpoint: RuleFamily = {
  rules: [allReasonsNamed],
  watch: (scene) => ({
    terminal(call) {
      if (call.error?.code !== 'no_endpoint_available') return
      const fault = faultOf(call, scene)
      if (fault !== undefined) scene.violated(allReasonsNamed, fault, call)
    },
  }),
}

function faultOf(call: SeenCall, scene: Scene): string | undefined {
  if (call.attempts.length > 0) return `${call.attempts.length} attempts were made`
  const { message } = call.error ?? { message: '' }
  const excluded = call.route?.exclusions ?? []
  for (const { id } of scene.endpointsOf(call.model)) {
    const reasons = excluded.filter((one) => one.endpoint === id && one.reason !== '').length
    if (reasons !== 1) return `${id} has ${reasons} exclusions`
    if (message.split(`${id}: `).length !== 2) return `${id} is not named once: ${message}`
  }
  return undefined
}
