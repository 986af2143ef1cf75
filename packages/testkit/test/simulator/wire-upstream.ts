import type { FailureEvidence } from '@nextbest/core'
import { openAiChat } from 'nextbest'
import type { AttemptHandle, AttemptListener, Upstream, UpstreamAttempt } from 'nextbest'
import { withReconnect } from '../../../adapters/src/transport/reconnect.ts'
import type { Exchange, Transport, TransportHandler } from '../../../adapters/src/transport/transport.ts'
import { Attempt } from '../../../adapters/src/upstream/attempt.ts'
import { callNumberOf } from '../../src/simulator/swarm/planned-call.ts'
import { resolveLimits } from '../../../adapters/src/upstream/upstream-options.ts'

const adapter = openAiChat()
const limits = resolveLimits(undefined)
const plan = { adapter, limits, maxEventBytes: limits.maxEventBytes, choices: 1 }
const encoder = new TextEncoder()

/**
 * Sends an attempt as real upstreams do, with their codec and their reconnect, over a transport that ends at a virtual
 * upstream.
 */
export function sendOverWire(
  upstream: Upstream,
  attempt: UpstreamAttempt,
  listener: AttemptListener,
): AttemptHandle {
  const transport: Transport = {
    send: (_request, handler) => exchangeWith(upstream, attempt, handler),
    close: () => Promise.resolve(),
  }
  const { endpoint, request, stream } = attempt
  const running = new Attempt(listener, plan, stream)
  running.start(withReconnect(transport), adapter.encode(request, { endpoint, stream }))
  return running
}

/** Turns what a virtual upstream tells into bytes. */
function exchangeWith(upstream: Upstream, attempt: UpstreamAttempt, handler: TransportHandler): Exchange {
  const type = attempt.stream ? 'text/event-stream' : 'application/json'
  let begun = false
  const begin = (): void => {
    if (!begun) handler.onResponse(200, { 'content-type': type })
    begun = true
  }
  const send = (text: string): void => {
    begin()
    handler.onData(encoder.encode(text))
  }
  const event = (data: string): void => send(`data: ${data}\n\n`)
  const handle = upstream.send(attempt, {
    onPart: ({ chunk }) => event(JSON.stringify(chunk)),
    onEnd() {
      event('[DONE]')
      handler.onEnd()
    },
    onAnswer(completion) {
      send(JSON.stringify(completion))
      handler.onEnd()
    },
    onFailure(evidence) {
      if (evidence.type === 'network') return handler.onFailure(onTheWay(evidence, attempt), false)
      if (evidence.type === 'status') {
        handler.onResponse(evidence.status, evidence.headers)
        handler.onData(encoder.encode(evidence.body))
        return handler.onEnd()
      }
      begin()
      const data = brokenAnswer(evidence)
      if (!attempt.stream) send(data)
      else if (evidence.type !== 'incomplete') event(data)
      return handler.onEnd()
    },
  })
  return {
    sent: true,
    cancel: () => handle.cancel(),
    pause: () => handle.pause(),
    resume: () => handle.resume(),
  }
}

/** Half of the resets come while the connection is made: those are worth another one. */
function onTheWay(evidence: FailureEvidence, { request }: UpstreamAttempt): FailureEvidence {
  if (evidence.type !== 'network' || evidence.phase !== 'sent') return evidence
  return callNumberOf(request) % 2 === 0 ? evidence : { ...evidence, phase: 'connecting' }
}

/** What comes instead of an answer; of one that is incomplete, its beginning. */
function brokenAnswer(evidence: FailureEvidence): string {
  if (evidence.type === 'in-band') return JSON.stringify(evidence.error)
  return evidence.type === 'empty' ? blankAnswer : '{"id":'
}

const blankAnswer = JSON.stringify({
  id: 'blank',
  object: 'chat.completion',
  created: 0,
  model: 'blank',
  choices: [{ index: 0, message: { role: 'assistant', content: '' }, delta: {}, finish_reason: 'stop' }],
})
