import type { Endpoint } from '@nextbest/core'
import type { Rule, RuleFamily, Scene } from '../invariant.ts'
import { obstacleOf } from './demands.ts'

const allIsWell: Rule = {
  number: 56,
  sentence: 'When everything is well again, every call that an endpoint can serve is answered',
}
const breakersClose: Rule = {
  number: 65,
  sentence: 'When everything is well again and calls come, every breaker closes',
}

/** Calls that an endpoint's model must have had for its breaker to be judged. */
const callsToClose = 60

/** What must be so some time after the last incident. */
export const recovery: RuleFamily = {
  rules: [allIsWell, breakersClose],
  watch: (scene) => {
    const { firstHealthy } = scene.swarm.arrivals
    const callsByModel = new Map<string, number>()
    return {
      terminal(call) {
        if (call.number < firstHealthy) return
        callsByModel.set(call.model, (callsByModel.get(call.model) ?? 0) + 1)
        if (call.error === undefined) return
        const able = scene
          .endpointsOf(call.model)
          .find((endpoint) => obstacleOf(endpoint, call) === undefined)
        if (able !== undefined) scene.violated(allIsWell, `${call.error.kind}: ${call.error.message}`, call)
      },
      ended() {
        for (const [model, calls] of callsByModel) if (calls >= callsToClose) judge(model, scene)
      },
    }
  },
}

function judge(model: string, scene: Scene): void {
  for (const endpoint of scene.endpointsOf(model)) {
    const state = endpoint.disabled === true ? 'closed' : stateOf(endpoint, scene)
    if (state !== 'closed') scene.violated(breakersClose, `${endpoint.id} is still ${state}`)
  }
}

function stateOf(endpoint: Endpoint, scene: Scene): string {
  return scene.breakerOf(endpoint).state
}
