import { attemptTimeouts, costNanoUsd, failurePolicies, unavailabilityOf } from '@nextbest/core'
import type { BreakerPermit, Decision, KnownEndpoint, PlannedEndpoint, Reservation } from '@nextbest/core'
import { fateOf } from './attempt-fate.ts'
import type { AttemptFate } from './attempt-fate.ts'
import { drawOutcome } from './draw-outcome.ts'
import { luckOf } from './luck.ts'
import { failureOf, reportAttempt } from './report-attempt.ts'
import type { PlayedCallOptions, PlayedWorld } from './played-world.ts'

/** Longest wait for a busy endpoint where every one is busy, in ms: the router's default. */
const maxWaitMs = 30_000

interface Admission {
  readonly permit: BreakerPermit | undefined
  readonly reservation: Reservation
}

/**
 * A call in virtual time: it tries the endpoints of its plan in turn, each once, until one answers, content has come, a failure
 * ends it, or attempts or time are used up. It is the call machine without hedges, retries and continuation.
 */
export class PlayedCall {
  readonly #world: PlayedWorld
  readonly #options: PlayedCallOptions
  readonly #startedAtMs: number
  readonly #outputTokens: number
  #plan: readonly PlannedEndpoint[]
  #next = 0
  #attempts = 0
  #costUsd = 0
  #firstTokenMs: number | undefined
  #waited = false
  /** The attempt that ended last, until it shows what came after it. */
  #last: LastAttempt | undefined

  constructor(world: PlayedWorld, options: PlayedCallOptions) {
    const { call, number, decision } = options
    this.#world = world
    this.#options = options
    this.#startedAtMs = world.nowMs
    this.#plan = decision.plan
    this.#outputTokens =
      call.outputTokens ?? world.models.outputTokensAt(luckOf(world.seed, number, -3)(), call)
  }

  /** Starts its next attempt, waits for an endpoint, or ends. */
  advance(): void {
    const { decision } = this.#options
    while (this.#attempts < decision.maxAttempts && this.#remainingMs() > 0) {
      const planned = this.#plan[this.#next++]
      if (planned === undefined) return this.#wait()
      if (this.#attempts > 0 && this.#remainingMs() < planned.usefulMs) continue
      const known = this.#knownOf(planned)
      const admission = this.#admit(known)
      if (admission !== undefined) return this.#start(known, admission)
    }
    return this.#settle(false)
  }

  #remainingMs(): number {
    return this.#startedAtMs + this.#options.bounds.timeoutMs - this.#world.nowMs
  }

  #knownOf({ endpoint }: PlannedEndpoint): KnownEndpoint {
    const known = this.#world.endpoints.find((one) => one.endpoint === endpoint)
    if (known === undefined) throw new RangeError(`${endpoint.id} is not an endpoint of this world`)
    return known
  }

  /** All or nothing, as in a router. */
  #admit(known: KnownEndpoint): Admission | undefined {
    const { call, decision, unguarded } = this.#options
    const { nowMs } = this.#world
    const tokens = call.demand.promptTokens + call.demand.expectedOutputTokens
    const unavailable = unguarded ? undefined : unavailabilityOf(known, tokens, nowMs)
    if (unavailable !== undefined && !(decision.panic && unavailable.reason === 'breaker-open'))
      return undefined
    const reservation = known.signals.permits.tryReserve(tokens, nowMs)
    if (reservation !== undefined) return { permit: known.breaker.tryAcquire(), reservation }
    return unguarded ? { permit: undefined, reservation: unreserved } : undefined
  }

  #start(known: KnownEndpoint, admission: Admission): void {
    const { call, number } = this.#options
    const world = this.#world
    const { nowMs } = world
    const { demand } = call
    const { endpoint } = known
    const drawn = drawOutcome(world.models, {
      endpoint: endpoint.id,
      atMs: nowMs,
      promptTokens: demand.promptTokens,
      prior: world.priorOf(endpoint),
      random: luckOf(world.seed, number, this.#world.endpoints.indexOf(known)),
    })
    const timeouts = attemptTimeouts(known, { demand, nowMs, options: world.ranking })
    const question = { drawn, timeouts, stream: demand.stream, outputTokens: this.#outputTokens }
    const fate = fateOf({ ...question, remainingMs: this.#remainingMs() })
    this.#attempts += 1
    this.#tellLast({ answered: true, followed: true })
    world.tally.bases[drawn.basis] += 1
    known.signals.attemptStarted(nowMs)
    world.policy?.observe?.({ type: 'attempt-started', endpoint, nowMs })
    this.#schedule(known, admission, fate)
  }

  #schedule(known: KnownEndpoint, admission: Admission, fate: AttemptFate): void {
    const { nowMs } = this.#world
    const { permit } = admission
    const { firstTokenMs, durationMs } = fate
    if (firstTokenMs !== undefined) {
      this.#world.at(nowMs + firstTokenMs, () => {
        this.#firstTokenMs ??= this.#world.nowMs - this.#startedAtMs
        if (permit !== undefined) known.breaker.report(permit, 'success')
      })
    }
    this.#world.at(nowMs + durationMs, () => this.#ended(known, admission, fate))
  }

  #ended(known: KnownEndpoint, admission: Admission, fate: AttemptFate): void {
    const { demand } = this.#options.call
    const { nowMs, policy } = this.#world
    const endpoints = this.#options.prescribed ? [] : this.#world.endpoints
    const random = luckOf(this.#world.seed, this.#options.number, -4)
    reportAttempt({ ...admission, known, fate, demand, nowMs, policy, random, endpoints })
    const costUsd = this.#costOf(known, fate) / 1e9
    this.#costUsd += costUsd
    this.#last = { endpoint: known.endpoint.id, costUsd, durationMs: fate.durationMs }
    const failure = failureOf(fate)
    if (failure === undefined) return this.#settle(true)
    if (fate.end === 'late' || failurePolicies[failure].next === 'stop') return this.#settle(false)
    return this.advance()
  }

  /** As a router accounts for it: a failure may have been billed for its prompt. What the provider had cached is its usual share. */
  #costOf({ endpoint }: KnownEndpoint, fate: AttemptFate): number {
    const { demand, logged } = this.#options.call
    const failure = failureOf(fate)
    const isFree = failure !== undefined && fate.end !== 'late' && failurePolicies[failure].billing === 'free'
    if (isFree) return 0
    const promptTokens = logged?.usage?.promptTokens ?? demand.promptTokens
    const cachedShare = this.#world.models.of(endpoint.id)?.cachedShare ?? 0
    return costNanoUsd(endpoint.pricing, {
      promptTokens,
      completionTokens: fate.outputTokens,
      cachedPromptTokens: Math.round(cachedShare * promptTokens),
      cacheWriteTokens: 0,
      images: demand.images,
    })
  }

  /** Where no endpoint has admitted it, the call waits once for the one that is free first. */
  #wait(): void {
    const { decision } = this.#options
    const { nowMs } = this.#world
    const standby = decision.standby.toSorted((one, other) => freeAtMs(one) - freeAtMs(other))
    const first = standby[0]
    const atMs = Math.max(nowMs, first === undefined ? Infinity : freeAtMs(first))
    const isInTime = atMs <= nowMs + Math.min(maxWaitMs, this.#remainingMs())
    if (first === undefined || this.#attempts > 0 || this.#waited || !isInTime) return this.#settle(false)
    this.#waited = true
    this.#plan = [first]
    this.#next = 0
    return this.#world.at(atMs, () => this.advance())
  }

  #settle(answered: boolean): void {
    this.#tellLast({ answered, followed: false })
    this.#world.tally.add({
      answered,
      costUsd: this.#costUsd,
      lossUsd: this.#lossOf(this.#costUsd, this.#world.nowMs - this.#startedAtMs, answered),
      attempts: this.#attempts,
      firstTokenMs: this.#firstTokenMs,
    })
  }

  #tellLast({ answered, followed }: { readonly answered: boolean; readonly followed: boolean }): void {
    if (this.#last === undefined) return
    const { endpoint, costUsd, durationMs } = this.#last
    const lossUsd = this.#lossOf(costUsd, durationMs, answered)
    this.#world.tally.addAttempt({ endpoint, answered, costUsd, lossUsd, followed })
    this.#last = undefined
  }

  #lossOf(costUsd: number, durationMs: number, answered: boolean): number {
    const waitingUsd = (this.#options.bounds.usdPerSecond * durationMs) / 1_000
    return costUsd + waitingUsd + (answered ? 0 : this.#world.ranking.failureUsd)
  }
}

interface LastAttempt {
  readonly endpoint: string
  readonly costUsd: number
  readonly durationMs: number
}

/** Of an endpoint whose limits are ignored. */
const unreserved: Reservation = Object.freeze({ tokens: 0, requestTake: 0, tokenTake: 0 })

function freeAtMs({ retryAtMs }: Decision['standby'][number]): number {
  return retryAtMs ?? Infinity
}
