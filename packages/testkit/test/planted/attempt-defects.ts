import type { FailureEvidence, TokenUsage } from '@nextbest/core'
import type { AttemptHandle, AttemptListener, Upstream, UpstreamAttempt } from 'nextbest'
import { callNumberOf } from '../../src/simulator/swarm/planned-call.ts'
import type { Defect } from './defect.ts'
import { changedUpstream, forwarding } from './wrappers.ts'

type Send = (attempt: UpstreamAttempt, listener: AttemptListener) => AttemptHandle

function changedSend(name: string, change: (upstream: Upstream) => Send): Defect {
  return {
    name,
    plant: () => ({
      sabotage: { upstream: (upstream) => changedUpstream(upstream, { send: change(upstream) }) },
    }),
  }
}

/** A defect in what an attempt's listener hears. */
function changedEars(name: string, change: (listener: AttemptListener) => Partial<AttemptListener>): Defect {
  return changedSend(
    name,
    (upstream) => (attempt, listener) => upstream.send(attempt, forwarding(listener, change(listener))),
  )
}

function doubled(usage: TokenUsage): TokenUsage {
  return { ...usage, completionTokens: 2 * usage.completionTokens }
}

/** Sends again what has failed, which nobody has asked for. */
function insisting(upstream: Upstream): Send {
  return (attempt, listener) => {
    const again = (evidence: FailureEvidence): void => {
      if (evidence.type !== 'network') return listener.onFailure(evidence)
      upstream.send(attempt, listener)
    }
    return upstream.send(attempt, forwarding(listener, { onFailure: again }))
  }
}

/** Begins each answer with the beginning of another attempt of the same call. */
function mixing(): (upstream: Upstream) => Send {
  const beginnings = new Map<number, Parameters<AttemptListener['onPart']>[0]>()
  return (upstream) => (attempt, listener) => {
    const call = callNumberOf(attempt.request)
    const earlier = beginnings.get(call)
    let begun = false
    return upstream.send(
      attempt,
      forwarding(listener, {
        onPart(part) {
          if (part.content && !begun && earlier !== undefined) listener.onPart(earlier)
          begun ||= part.content
          if (part.content) beginnings.set(call, part)
          listener.onPart(part)
        },
      }),
    )
  }
}

/** Defects of attempts and of what comes of them. */
export const attemptDefects: readonly Defect[] = [
  changedSend('the same endpoint twice', insisting),
  changedSend('a cancellation that does not reach the provider', (upstream) => (attempt, listener) => {
    let heard = true
    const deaf = forwarding(listener, {})
    const handle = upstream.send(
      attempt,
      new Proxy(deaf, { get: (ears, name) => (heard ? Reflect.get(ears, name) : () => undefined) }),
    )
    return {
      cancel: () => {
        heard = false
      },
      pause: () => handle.pause(),
      resume: () => handle.resume(),
    }
  }),
  changedSend('an attempt on another endpoint of the account', (upstream) => (attempt, listener) => {
    const other = upstream.endpoints.find((endpoint) => endpoint !== attempt.endpoint)
    return upstream.send({ ...attempt, endpoint: other ?? attempt.endpoint }, listener)
  }),
  changedSend('output of two attempts', mixing()),
  changedEars('liveness that commits', (listener) => ({
    onPart: (part) => listener.onPart({ ...part, content: true }),
  })),
  changedEars('a cut stream that is passed for a whole one', (listener) => {
    let begun = false
    return {
      onPart(part) {
        begun ||= part.content
        listener.onPart(part)
      },
      onFailure: (evidence) => (begun ? listener.onEnd() : listener.onFailure(evidence)),
    }
  }),
  changedEars('a piece that is lost', (listener) => {
    let pieces = 0
    return {
      onPart(part) {
        pieces += part.content ? 1 : 0
        if (pieces !== 2 || !part.content) listener.onPart(part)
      },
    }
  }),
  changedEars('a piece that comes twice', (listener) => ({
    onPart(part) {
      listener.onPart(part)
      if (part.content) listener.onPart(part)
    },
  })),
  changedEars('an end that is never told', () => ({ onEnd: () => undefined })),
  changedEars('cost that is counted twice', (listener) => ({
    onPart: (part) =>
      listener.onPart(part.usage === undefined ? part : { ...part, usage: doubled(part.usage) }),
    onAnswer: (completion, usage) => listener.onAnswer(completion, usage && doubled(usage)),
  })),
  changedEars('usage that is lost', (listener) => ({
    onPart: ({ type, chunk, content }) => listener.onPart({ type, chunk, content }),
    onAnswer: (completion) => listener.onAnswer(completion, undefined),
  })),
  changedEars('a throttle that is taken for a failure', (listener) => ({
    onFailure: (evidence) =>
      listener.onFailure(
        evidence.type === 'status' && evidence.status === 429
          ? { ...evidence, status: 500, body: '' }
          : evidence,
      ),
  })),
  changedEars('an answer that hides what a provider said', (listener) => ({
    onFailure: () => listener.onFailure({ type: 'malformed', detail: 'lost' }),
  })),
]
