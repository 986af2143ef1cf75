import type { BreakerPermit, Endpoint, HealthOutcome } from '@nextbest/core'
import type { RouterEvent } from 'nextbest'
import type { EventLog } from './event-log.ts'
import type { RuleEars, RuleFamily, Scene } from './invariant.ts'
import { PermitClaims } from './permit-claims.ts'
import type { SeenAttempt, SeenCall } from './seen-call.ts'
import { callNumberOf } from './swarm/planned-call.ts'
import type { LedgerAttempt, UpstreamObserver } from './upstream-ledger.ts'

/** An attempt that belongs to no call under way. */
export const strayAttempt = {
  number: 60,
  sentence: 'Nothing is sent for a call that is over, or that nobody made',
} as const

/** Hears everything that callers, upstreams and the router show, and tells the rules and the log. */
export class Watch implements UpstreamObserver {
  /** The call that is being made. Events of calls not yet known are its. */
  issuing: SeenCall | undefined
  readonly #scene: Scene
  readonly #log: EventLog
  readonly #ears: Ears
  readonly #claims = new PermitClaims()
  readonly #calls = new Map<number, SeenCall>()
  readonly #callsById = new Map<string, SeenCall>()
  readonly #attempts = new Map<LedgerAttempt, SeenAttempt>()

  constructor(scene: Scene, families: readonly RuleFamily[], log: EventLog) {
    this.#scene = scene
    this.#log = log
    this.#ears = earsOf(families.map((family) => family.watch(scene)))
  }

  get openCalls(): number {
    return this.#calls.size
  }

  /** Attempts of a call that have arrived; 0 when it is not under way. */
  attemptsOf(call: number): number {
    return this.#calls.get(call)?.attempts.length ?? 0
  }

  issued(call: SeenCall): void {
    this.#say(`call ${call.number} ${call.request.model}`)
    this.#calls.set(call.number, call)
    for (const hear of this.#ears.issued) hear(call)
  }

  /** The router would not take the call. */
  rejected(call: SeenCall, message: string): void {
    this.#say(`call ${call.number} rejected: ${message}`)
    this.#calls.delete(call.number)
  }

  delivered(call: SeenCall, text: string): void {
    call.chunks++
    for (const hear of this.#ears.delivered) hear(call, text)
    call.text += text
  }

  aborted(call: SeenCall): void {
    this.#say(`call ${call.number} aborted`)
    for (const hear of this.#ears.aborted) hear(call)
  }

  terminal(call: SeenCall): void {
    this.#say(
      `call ${call.number} ${call.ending} ${call.text.length} ${call.route?.costNanoUsd} ${call.error?.kind ?? ''}`,
    )
    for (const hear of this.#ears.terminal) hear(call)
    this.#calls.delete(call.number)
    if (call.callId !== undefined) this.#callsById.delete(call.callId)
  }

  joined(call: SeenCall): void {
    this.#say(`call ${call.number} joined ${call.repeated?.ending} ${call.repeated?.text.length}`)
    for (const hear of this.#ears.joined) hear(call)
  }

  event(event: RouterEvent): void {
    const call = 'callId' in event ? this.#callOf(event.callId) : undefined
    const words = wordsOf(event, call)
    if (words !== undefined) this.#say(words)
    if (call !== undefined) take(event, call)
    for (const hear of this.#ears.event) hear(event, call)
  }

  attemptArrived(ledger: LedgerAttempt): void {
    const number = callNumberOf(ledger.request)
    const call = this.#calls.get(number)
    this.#say(`call ${number} reaches ${ledger.endpoint.id}`)
    const permit = this.#claims.claim(ledger.endpoint)
    if (call === undefined)
      return this.#scene.violated(strayAttempt, `${ledger.endpoint.id} got call ${number}`)
    const attempt = call.add(ledger, permit)
    this.#attempts.set(ledger, attempt)
    for (const hear of this.#ears.arrived) hear(attempt)
  }

  attemptOver(ledger: LedgerAttempt): void {
    const attempt = this.#attempts.get(ledger)
    if (attempt === undefined) return
    this.#attempts.delete(ledger)
    this.#say(`call ${attempt.call.number} ${ledger.ending} at ${ledger.endpoint.id} ${ledger.pieces.length}`)
    for (const hear of this.#ears.attemptOver) hear(attempt)
  }

  permitAsked(endpoint: Endpoint, permit: BreakerPermit | undefined): void {
    this.#claims.given(endpoint, permit)
    for (const hear of this.#ears.permitAsked) hear(endpoint, permit)
  }

  healthTold(endpoint: Endpoint, permit: BreakerPermit, outcome: HealthOutcome | 'late-failure'): void {
    this.#claims.returned(endpoint, permit)
    for (const hear of this.#ears.healthTold) hear(endpoint, permit, outcome)
  }

  idle(): void {
    for (const hear of this.#ears.idle) hear()
  }

  ended(): void {
    for (const hear of this.#ears.ended) hear()
  }

  #callOf(callId: string): SeenCall | undefined {
    const known = this.#callsById.get(callId)
    if (known !== undefined || this.issuing === undefined || this.issuing.callId !== undefined) return known
    this.issuing.callId = callId
    this.#callsById.set(callId, this.issuing)
    return this.issuing
  }

  #say(words: string): void {
    this.#log.add(`${this.#scene.nowMs()} ${words}`)
  }
}

function take(event: RouterEvent, call: SeenCall): void {
  if (event.type === 'call-start') call.promptTokens = event.promptTokens
  if (event.type === 'attempt-start') call.attemptStarts++
  if (event.type === 'attempt-end') call.attemptEnds++
  if (event.type === 'call-end') call.callEnds++
}

/** What the other lines do not say already. */
function wordsOf(event: RouterEvent, call: SeenCall | undefined): string | undefined {
  switch (event.type) {
    case 'attempt-end':
      return `attempt ${call?.number} ${event.attempt} ${event.outcome} ${event.failure?.kind ?? ''}`
    case 'endpoint-held':
      return `held ${event.endpoint}`
    case 'breaker-change':
      return `breaker ${event.endpoint} ${event.state}`
    default:
      return undefined
  }
}

/** Of each thing that happens, those who listen. */
type Ears = { readonly [Name in keyof Required<RuleEars>]: readonly NonNullable<RuleEars[Name]>[] }

function earsOf(listeners: readonly RuleEars[]): Ears {
  const those = <Name extends keyof RuleEars>(name: Name): NonNullable<RuleEars[Name]>[] =>
    listeners.flatMap((listener) => listener[name] ?? [])
  return {
    issued: those('issued'),
    arrived: those('arrived'),
    attemptOver: those('attemptOver'),
    delivered: those('delivered'),
    aborted: those('aborted'),
    terminal: those('terminal'),
    joined: those('joined'),
    event: those('event'),
    permitAsked: those('permitAsked'),
    healthTold: those('healthTold'),
    idle: those('idle'),
    ended: those('ended'),
  }
}
