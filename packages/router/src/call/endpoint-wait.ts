import type { FleetEndpoint } from '../fleet.ts'
import { admit } from './admission.ts'
import type { Admission } from './admission.ts'

/** How soon a refusal without a known end is asked again, in ms. */
const unknownRetryMs = 250

export interface EndpointWaitOptions {
  readonly endpoint: FleetEndpoint
  readonly tokens: number
  readonly untilMs: number
  readonly priority: number
  readonly nowMs: () => number
  /** Hears once whether the wait was admitted, unless it is cancelled first. */
  readonly whenOver: (admitted: boolean) => void
}

/** One call's wait in an endpoint's queue. */
export class EndpointWait {
  readonly #options: EndpointWaitOptions
  #admission: Admission | undefined
  readonly #cancelled = new AbortController()

  constructor(options: EndpointWaitOptions) {
    this.#options = options
    const { endpoint, untilMs, priority, whenOver } = options
    const wait = {
      deadlineAtMs: untilMs,
      priority,
      abandoned: () => this.#cancelled.signal.aborted,
      signal: this.#cancelled.signal,
      tryAdmit: () => this.#tryAdmit(),
    }
    void endpoint.upstream.waitFor(endpoint.endpoint, wait).then((result) => {
      if (!this.#cancelled.signal.aborted) whenOver(result === 'admitted')
    })
  }

  /** Takes the admission that the wait brought. */
  take(): Admission | undefined {
    const admission = this.#admission
    this.#admission = undefined
    return admission
  }

  /** Leaves the queue; an admission that was not taken is given back. */
  cancel(): void {
    this.#cancelled.abort()
    const admission = this.take()
    if (admission === undefined) return
    const { endpoint, nowMs } = this.#options
    endpoint.signals.permits.cancel(admission.reservation, nowMs())
    if (admission.permit !== undefined) endpoint.breaker.report(admission.permit, 'neutral')
  }

  /** Returns nothing once admitted, else when to ask again. */
  #tryAdmit(): number | undefined {
    const nowMs = this.#options.nowMs()
    const result = admit(this.#options.endpoint, { tokens: this.#options.tokens, nowMs, panic: false })
    if (result.type === 'refused') return result.retryAtMs ?? nowMs + unknownRetryMs
    this.#admission = result.admission
    return undefined
  }
}
