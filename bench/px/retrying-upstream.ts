// A connection that tries again by itself, as gateways with retries below their routing do.
import type { AttemptHandle, AttemptListener, Upstream, UpstreamAttempt } from 'nextbest'
import type { Clock, FailureEvidence, TimerHandle } from '@nextbest/core'

/** Statuses after which it tries again, and the first pause, in ms; each further one is twice as long. Source: Portkey's defaults. */
const retriedStatuses = new Set([429, 500, 502, 503, 504])
const firstPauseMs = 1_000

/** Returns an upstream that sends an attempt up to so many times more, before anything of an answer has come. */
export function retrying(upstream: Upstream, retries: number, clock: Clock): Upstream {
  return {
    provider: upstream.provider,
    endpoints: upstream.endpoints,
    breakerOf: (endpoint) => upstream.breakerOf(endpoint),
    waitFor: (endpoint, wait) => upstream.waitFor(endpoint, wait),
    send: (attempt, listener) => new RetriedAttempt({ upstream, retries, clock }, attempt, listener),
    close: () => upstream.close(),
  }
}

interface Retrying {
  readonly upstream: Upstream
  readonly retries: number
  readonly clock: Clock
}

class RetriedAttempt implements AttemptHandle {
  readonly #retrying: Retrying
  readonly #attempt: UpstreamAttempt
  readonly #heard: AttemptListener
  readonly #listener: AttemptListener
  #tries = 0
  #handle: AttemptHandle | undefined
  #timer: TimerHandle | undefined

  constructor(retrying: Retrying, attempt: UpstreamAttempt, listener: AttemptListener) {
    this.#retrying = retrying
    this.#attempt = attempt
    this.#listener = { ...methodsOf(listener), onFailure: (evidence) => this.#onFailure(evidence) }
    this.#heard = listener
    this.#send()
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#handle?.cancel()
  }

  pause(): void {
    this.#handle?.pause()
  }

  resume(): void {
    this.#handle?.resume()
  }

  #send(): void {
    this.#handle = this.#retrying.upstream.send(this.#attempt, this.#listener)
  }

  #onFailure(evidence: FailureEvidence): void {
    const retried = evidence.type === 'status' && retriedStatuses.has(evidence.status)
    if (!retried || this.#tries >= this.#retrying.retries) return this.#heard.onFailure(evidence)
    const { clock } = this.#retrying
    this.#timer = clock.setTimer(clock.nowMs() + firstPauseMs * 2 ** this.#tries, () => this.#send())
    this.#tries += 1
  }
}

function methodsOf(listener: AttemptListener): AttemptListener {
  return {
    onResponse: (status, headers) => listener.onResponse?.(status, headers),
    onPart: (part) => listener.onPart(part),
    onBatchEnd: () => listener.onBatchEnd?.(),
    onAnswer: (completion, usage) => listener.onAnswer(completion, usage),
    onEnd: () => listener.onEnd(),
    onFailure: (evidence) => listener.onFailure(evidence),
  }
}
