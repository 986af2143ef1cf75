import { latencyModelDefaults } from '@nextbest/core'
import type { TraceAttempt, TraceCall } from '../trace/trace-record.ts'
import { EndpointOutcomes } from './endpoint-outcomes.ts'
import type { ReplayCall } from './replay-call.ts'
import { Spread } from './spread.ts'
import type { WindowOutcomes } from './window-outcomes.ts'

/** Length of a window at first, in ms, and how many there may be: beyond, each two become one. Source: choice. */
const firstWindowMs = 60_000
const mostWindows = 96

/** Spreads of all windows together: 36 MB. */
const mostSpreads = 16_384

/** Attempts between two looks at the bounds. */
const lookEvery = 1_024

/** What a trace shows of each of its endpoints. */
export class OutcomeModels {
  readonly #endpoints = new Map<string, EndpointOutcomes>()
  /** Tokens of whole answers, by model. */
  readonly #outputs = new Map<string, Spread>()
  #originMs: number | undefined
  #windowMs = firstWindowMs
  #attempts = 0

  of(endpoint: string): EndpointOutcomes | undefined {
    return this.#endpoints.get(endpoint)
  }

  /** Whether nothing was learnt: then all is as it is believed to be. */
  get isEmpty(): boolean {
    return this.#endpoints.size === 0
  }

  /** Length of a window, in ms. */
  get windowMs(): number {
    return this.#windowMs
  }

  /** Returns the number of the window that an instant is in, 0 or more. */
  windowAt(atMs: number): number {
    return Math.max(0, Math.floor((atMs - (this.#originMs ?? atMs)) / this.#windowMs))
  }

  /** Returns how long an answer of the model is at a place `u` (0..1) among those that were whole, in tokens. */
  outputTokensAt(u: number, { demand }: ReplayCall): number {
    const drawn = this.#outputs.get(demand.model)?.quantile(u) ?? demand.expectedOutputTokens
    return Math.max(1, Math.round(Math.min(drawn, demand.maxOutputTokens ?? Infinity)))
  }

  /** Learns from all attempts of a call. */
  learn(call: ReplayCall): void {
    const { logged } = call
    if (logged === undefined) return
    this.#originMs ??= call.atMs
    if (call.outputTokens !== undefined) this.#outputsOf(call.demand.model).add(call.outputTokens)
    for (const [i, attempt] of logged.attempts.entries()) {
      const atMs = call.atMs + attempt.startedAfterMs
      const endpoint = this.#endpointOf(attempt.endpoint)
      learnAttempt({
        attempt,
        endpoint,
        window: this.#room(atMs),
        call: logged,
        next: logged.attempts[i + 1],
      })
    }
  }

  /** Returns the window of an instant, once there is room for it. */
  #room(atMs: number): number {
    while (this.windowAt(atMs) >= mostWindows) this.#halve()
    this.#attempts += 1
    if (this.#attempts % lookEvery === 0 && this.#spreads() > mostSpreads) this.#halve()
    return this.windowAt(atMs)
  }

  #halve(): void {
    this.#windowMs *= 2
    for (const endpoint of this.#endpoints.values()) endpoint.halve()
  }

  #spreads(): number {
    let spreads = 0
    for (const endpoint of this.#endpoints.values()) spreads += endpoint.spreads
    return spreads
  }

  #endpointOf(id: string): EndpointOutcomes {
    const endpoint = this.#endpoints.get(id) ?? new EndpointOutcomes()
    this.#endpoints.set(id, endpoint)
    return endpoint
  }

  #outputsOf(model: string): Spread {
    const outputs = this.#outputs.get(model) ?? new Spread()
    this.#outputs.set(model, outputs)
    return outputs
  }
}

interface Lesson {
  readonly attempt: TraceAttempt
  readonly endpoint: EndpointOutcomes
  readonly window: number
  readonly call: TraceCall
  /** The attempt after it. */
  readonly next: TraceAttempt | undefined
}

/** What we ended ourselves says nothing of how it would have ended. */
function learnAttempt(lesson: Lesson): void {
  const { attempt, endpoint, window } = lesson
  const { failure = 'unknown', durationMs, retryAfterMs } = attempt
  if (attempt.outcome === 'cancelled' || failure === 'deadline-exceeded' || failure === 'aborted') return
  const isEarly = attempt.outcome === 'failed' && !isLate(lesson)
  for (const outcomes of [endpoint.window(window), endpoint.total]) {
    if (isEarly) outcomes.failedEarly(failure)
    else if (attempt.outcome === 'answered') outcomes.answered += 1
    else outcomes.late += 1
    learnTimes(lesson, outcomes)
  }
  if (attempt.usage !== undefined) endpoint.used(attempt.usage)
  if (isEarly) endpoint.failed(failure, { afterMs: durationMs, retryAfterMs })
}

function learnTimes(lesson: Lesson, outcomes: WindowOutcomes): void {
  const { promptTokens } = lesson.call.demand
  const { ttftMs, msPerToken } = timesOf(lesson)
  if (ttftMs !== undefined) outcomes.ttft.add(ttftMs, promptTokens)
  if (msPerToken !== undefined) outcomes.perToken.add(msPerToken, promptTokens)
}

/** Content had reached the caller: no other attempt took over as if nothing had. */
function isLate({ attempt, next }: Lesson): boolean {
  if (attempt.outcome !== 'failed' || attempt.firstTokenMs === undefined) return false
  return next === undefined || (next.kind !== 'plain' && next.kind !== 'retry')
}

interface Times {
  readonly ttftMs: number | undefined
  readonly msPerToken: number | undefined
}

/** An answer that came whole shows one time only: it is divided as the decision expected. */
function timesOf({ attempt, call }: Lesson): Times {
  const { firstTokenMs, durationMs, usage, outcome } = attempt
  const tokens = outcome === 'answered' ? (usage?.completionTokens ?? 0) : 0
  if (firstTokenMs !== undefined) {
    const perToken = tokens > 1 ? (durationMs - firstTokenMs) / (tokens - 1) : undefined
    return { ttftMs: firstTokenMs, msPerToken: perToken }
  }
  if (outcome !== 'answered') return { ttftMs: undefined, msPerToken: undefined }
  const seen = call.candidates.find((candidate) => candidate.endpoint === attempt.endpoint)
  const ttftMs = seen?.ttftMs ?? latencyModelDefaults.priorTtftMs
  const msPerToken = seen?.msPerToken ?? latencyModelDefaults.priorMsPerToken
  const share = durationMs / (ttftMs + Math.max(0, tokens - 1) * msPerToken)
  return { ttftMs: share * ttftMs, msPerToken: tokens > 1 ? share * msPerToken : undefined }
}
