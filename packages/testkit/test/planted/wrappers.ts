import type { Breaker, BreakerPermit, BreakerState, HealthOutcome } from '@nextbest/core'
import type {
  AttemptHandle,
  AttemptListener,
  CallHandle,
  CallOptions,
  CallSink,
  Router,
  Upstream,
  UpstreamAttempt,
} from 'nextbest'
import type { ChatRequest } from '@nextbest/core'

/** Parts of an upstream that a defect replaces. */
export interface UpstreamChange {
  readonly send?: (attempt: UpstreamAttempt, listener: AttemptListener) => AttemptHandle
  readonly breaker?: (breaker: Breaker) => Breaker
}

/** Returns an upstream with parts replaced. */
export function changedUpstream(upstream: Upstream, { send, breaker }: UpstreamChange): Upstream {
  const breakers = new Map(
    upstream.endpoints.map((endpoint) => {
      const own = upstream.breakerOf(endpoint)
      return [endpoint, breaker?.(own) ?? own]
    }),
  )
  return {
    provider: upstream.provider,
    endpoints: upstream.endpoints,
    breakerOf: (endpoint) => breakers.get(endpoint) ?? upstream.breakerOf(endpoint),
    send: send ?? ((attempt, listener) => upstream.send(attempt, listener)),
    waitFor: (endpoint, wait) => upstream.waitFor(endpoint, wait),
    close: () => upstream.close(),
  }
}

/** A listener that passes everything on; defects replace parts of it. */
export function forwarding(listener: AttemptListener, change: Partial<AttemptListener>): AttemptListener {
  return {
    onResponse: (status, headers) => listener.onResponse?.(status, headers),
    onPart: (part) => listener.onPart(part),
    onBatchEnd: () => listener.onBatchEnd?.(),
    onAnswer: (completion, usage) => listener.onAnswer(completion, usage),
    onEnd: () => listener.onEnd(),
    onFailure: (evidence) => listener.onFailure(evidence),
    ...change,
  }
}

/** A breaker that passes everything on, to be derived from. */
export class ForwardingBreaker implements Breaker {
  protected readonly inner: Breaker

  constructor(inner: Breaker) {
    this.inner = inner
  }

  get state(): BreakerState {
    return this.inner.state
  }

  get admits(): boolean {
    return this.inner.admits
  }

  get openings(): number {
    return this.inner.openings
  }

  get opensUntilMs(): number | undefined {
    return this.inner.opensUntilMs
  }

  admitShare(nowMs: number): number {
    return this.inner.admitShare(nowMs)
  }

  tryAcquire(): BreakerPermit | undefined {
    return this.inner.tryAcquire()
  }

  report(permit: BreakerPermit, outcome: HealthOutcome): void {
    this.inner.report(permit, outcome)
  }

  reportLateFailure(permit: BreakerPermit): void {
    this.inner.reportLateFailure(permit)
  }

  openedElsewhere(forMs: number): void {
    this.inner.openedElsewhere(forMs)
  }

  dispose(): void {
    this.inner.dispose()
  }
}

/** Returns a router whose calls are changed on their way in. */
export function changedCalls(
  router: Router,
  change: (call: {
    readonly request: ChatRequest
    readonly sink: CallSink
    readonly options: CallOptions
  }) => { readonly request: ChatRequest; readonly sink: CallSink; readonly options: CallOptions },
): Router {
  return {
    catalog: router.catalog,
    chat: (request, options) => router.chat(request, options),
    stream: (request, options) => router.stream(request, options),
    explain: (request, options) => router.explain(request, options),
    status: () => router.status(),
    close: (options) => router.close(options),
    pipe(request, sink, options = {}): CallHandle {
      const changed = change({ request, sink, options })
      return router.pipe(changed.request, changed.sink, changed.options)
    },
  }
}

/** A sink that passes everything on; defects replace parts of it. */
export function forwardingSink(sink: CallSink, change: Partial<CallSink>): CallSink {
  return {
    onChunk: (chunk) => sink.onChunk(chunk),
    onBatchEnd: () => sink.onBatchEnd?.(),
    onEnd: (ending) => sink.onEnd(ending),
    onReply: (reply) => sink.onReply(reply),
    onError: (error) => sink.onError(error),
    ...change,
  }
}
