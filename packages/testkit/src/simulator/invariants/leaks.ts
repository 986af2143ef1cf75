import type { Rule, RuleFamily } from '../invariant.ts'

const nothingLeft: Rule = {
  number: 21,
  sentence: 'When a call is over, its timers, attempts, waits and counts in flight are gone',
}

/** Idle moments between two looks at the router's own counts, which take long. */
const idlePerLook = 64

/** What calls leave behind. */
export const leaks: RuleFamily = {
  rules: [nothingLeft],
  watch: (scene) => {
    let idles = 0
    const look = (): void => {
      const timers = scene.foreignTimers()
      if (timers !== 0) scene.violated(nothingLeft, `${timers} timers are left`)
      const underWay = scene.underWay()
      if (underWay !== 0) scene.violated(nothingLeft, `${underWay} attempts or waits are left`)
    }
    const ask = (): void => {
      for (const { endpoint, signals } of scene.status()) {
        if (signals.inFlight === 0) continue
        scene.violated(nothingLeft, `${endpoint} counts ${signals.inFlight} in flight`)
      }
    }
    return {
      terminal(call) {
        if (call.live > 0) scene.violated(nothingLeft, `${call.live} attempts go on`, call)
      },
      idle() {
        look()
        idles++
        if (idles % idlePerLook === 0) ask()
      },
      ended() {
        look()
        ask()
      },
    }
  },
}
