import type { Endpoint } from '@nextbest/core'
import type { Rule, RuleFamily, Scene } from '../invariant.ts'
import type { SeenAttempt, SeenCall } from '../seen-call.ts'
import { Allowance } from './allowance.ts'
import { Closures } from './closures.ts'
import { obstacleOf } from './demands.ts'
import { PerEndpoint } from './endpoint-record.ts'

const reachable: Rule = {
  number: 33,
  sentence: 'A call is not turned away while an endpoint is there that can serve it now',
}
const breakerAsked: Rule = {
  number: 22,
  sentence: 'No attempt is made that its breaker would admit and was not asked for',
}
const panicOnlyInNeed: Rule = {
  number: 32,
  sentence:
    'Breakers are ignored only when no endpoint that could serve has a closed one, and for two attempts at most',
}

/** Codes of errors that say that nobody can serve now, or at all. */
const turnedAway: ReadonlySet<string> = new Set(['all_endpoints_busy', 'no_endpoint_available'])

/** What must not be refused, and what must not be forced. */
export const availability: RuleFamily = {
  rules: [reachable, breakerAsked, panicOnlyInNeed],
  watch: (scene) => {
    const closures = new Closures(scene)
    const allowances = new PerEndpoint((endpoint) => new Allowance(endpoint))
    const roomy = new WeakMap<SeenCall, readonly Endpoint[]>()
    const readyFor = (call: SeenCall): Endpoint | undefined =>
      roomy.get(call)?.find((one) => fits(one, call) && call.issuedAtMs >= closures.of(one).surelyOpenAtMs)
    return {
      issued(call) {
        const nowMs = scene.nowMs()
        const open = call.closed.filter((one) => {
          const { surelyOpenAtMs, heldUntilMs } = closures.of(one)
          return nowMs >= surelyOpenAtMs && nowMs >= heldUntilMs && allowances.of(one).hasRoom(nowMs)
        })
        roomy.set(call, open)
      },
      arrived(attempt) {
        allowances.of(attempt.ledger.endpoint).take(attempt, scene.nowMs())
        if (attempt.permit === undefined) judgePanic(attempt, readyFor(attempt.call), scene)
      },
      attemptOver(attempt) {
        allowances.of(attempt.ledger.endpoint).giveBack()
        closures.note(attempt)
      },
      terminal(call) {
        if (!turnedAway.has(call.error?.code ?? '') || call.attempts.length > 0) return
        // Those that could serve may all be too dear.
        if (call.planned.options.maxCostUsd !== undefined) return
        const ready = readyFor(call)
        if (ready !== undefined)
          scene.violated(reachable, `${call.error?.kind}, although ${ready.id} is ready`, call)
      },
    }
  },
}

/** Attempts without a permit of a breaker are those that ignore it. */
function judgePanic({ call, ledger }: SeenAttempt, ready: Endpoint | undefined, scene: Scene): void {
  const { id } = ledger.endpoint
  const panicked = call.attempts.filter(({ permit }) => permit === undefined).length
  if (scene.breakerOf(ledger.endpoint).admits) scene.violated(breakerAsked, id, call)
  if (ready !== undefined) scene.violated(panicOnlyInNeed, `${id}, although ${ready.id} is ready`, call)
  if (panicked > 2) scene.violated(panicOnlyInNeed, `${panicked} attempts ignore breakers`, call)
}

/** Whether an endpoint surely can serve a call; the engine allows for the error of its estimate. */
function fits(endpoint: Endpoint, call: SeenCall): boolean {
  const { contextTokens, maxPromptTokens = Infinity } = endpoint.limits
  const longestPrompt = 2 * (call.promptTokens ?? 0) + 600
  if (longestPrompt + (call.request.max_tokens ?? 1) > contextTokens || longestPrompt > maxPromptTokens)
    return false
  return obstacleOf(endpoint, call) === undefined
}
