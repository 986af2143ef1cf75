import type { Breaker, BreakerPermit, Endpoint, HealthOutcome } from '@nextbest/core'
import type { EndpointStatus, RouterEvent } from 'nextbest'
import type { SeenAttempt, SeenCall } from './seen-call.ts'
import type { Swarm } from './swarm/swarm.ts'

/** A promise of the engine that one counterexample breaks. */
export interface Rule {
  readonly number: number
  /** In the present tense, without a period. */
  readonly sentence: string
}

/** Rules that are judged by the same evidence. */
export interface RuleFamily {
  readonly rules: readonly Rule[]
  /** Returns what listens to one run. */
  readonly watch: (scene: Scene) => RuleEars
}

/** What a run tells its rules, as it happens. All of it is seen from outside: by callers, upstreams and observers. */
export interface RuleEars {
  /** A caller is about to make a call. */
  issued?(call: SeenCall): void
  arrived?(attempt: SeenAttempt): void
  /** It has ended at its upstream; the router may not know yet. */
  attemptOver?(attempt: SeenAttempt): void
  /** A chunk reached the caller; `text` is its content, empty where it has none. */
  delivered?(call: SeenCall, text: string): void
  /** The caller went away, and the router knows. */
  aborted?(call: SeenCall): void
  /** The caller was told an end: the first, or one too many. */
  terminal?(call: SeenCall): void
  /** A call and another one that joined it are over. */
  joined?(call: SeenCall): void
  event?(event: RouterEvent, call: SeenCall | undefined): void
  permitAsked?(endpoint: Endpoint, permit: BreakerPermit | undefined): void
  healthTold?(endpoint: Endpoint, permit: BreakerPermit, outcome: HealthOutcome | 'late-failure'): void
  /** No call is under way. */
  idle?(): void
  /** All calls are over, and nothing more will happen. */
  ended?(): void
}

/** What rules can ask of a run. */
export interface Scene {
  readonly swarm: Swarm
  nowMs(): number
  /** All endpoints of the fleet that offer a model, in a fixed order. */
  endpointsOf(model: string): readonly Endpoint[]
  /** Endpoints of the same account, the given one included. */
  siblingsOf(endpoint: Endpoint): readonly Endpoint[]
  breakerOf(endpoint: Endpoint): Breaker
  /** What the router says of its endpoints. */
  status(): readonly EndpointStatus[]
  /** Timers that are not the callers' own. */
  foreignTimers(): number
  /** Attempts under way at all upstreams, and calls that wait there. */
  underWay(): number
  violated(rule: Rule, detail: string, call?: SeenCall): void
}

/** A rule that was broken, and where. */
export interface Violation extends Rule {
  readonly atMs: number
  readonly call: number | undefined
  readonly detail: string
}
