import { setImmediate as turn } from 'node:timers/promises'
import type { FailureEvidence } from '@nextbest/core'
import { withReconnect } from '../../src/transport/reconnect.ts'
import type { Exchange, Transport, TransportHandler } from '../../src/transport/transport.ts'
import { Recorder } from './recorder.ts'

/** How an exchange ends: with a failure, with an answer of this status, or not. */
type Ending = FailureEvidence | number | undefined

/** A transport without a network: its exchanges end as they are told to, in a microtask. */
class ScriptedTransport implements Transport {
  readonly exchanges: ScriptedExchange[] = []
  readonly #endings: readonly Ending[]

  constructor(...endings: readonly Ending[]) {
    this.#endings = endings
  }

  send(_request: unknown, handler: TransportHandler): Exchange {
    const exchange = new ScriptedExchange(handler)
    const ending = this.#endings[this.exchanges.push(exchange) - 1]
    if (ending !== undefined) queueMicrotask(() => exchange.end(ending))
    return exchange
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

class ScriptedExchange implements Exchange {
  readonly #handler: TransportHandler
  readonly sent = true
  cancelled = false

  constructor(handler: TransportHandler) {
    this.#handler = handler
  }

  /** Tells the handler of the end, as undici does: nothing once it was cancelled. */
  end(ending: FailureEvidence | number): void {
    if (this.cancelled) return
    if (typeof ending === 'object') {
      this.#handler.onFailure(ending, false)
      return
    }
    this.#handler.onResponse(ending, ending === 429 ? { 'retry-after': '7' } : {})
    this.#handler.onEnd()
  }

  cancel(): void {
    this.cancelled = true
  }

  pause(): void {}

  resume(): void {}
}

/** A failure of the network's; by default one after which a second try is made. */
export const networkFailure = (
  code = 'EAI_AGAIN',
  phase: 'connecting' | 'sent' | 'receiving' = 'connecting',
): FailureEvidence => ({ type: 'network', code, message: code, phase })

/** Sends once, with the reconnect, over a transport that ends its exchanges so. */
export const sendOver = (...endings: readonly Ending[]) => {
  const transport = new ScriptedTransport(...endings)
  const recorder = new Recorder()
  const request = { path: '/chat', headers: {}, body: '{}' }
  return { transport, recorder, exchange: withReconnect(transport).send(request, recorder) }
}

/** As `sendOver`, until everything that needs no time has happened. */
export const sentOver = async (...endings: readonly Ending[]) => {
  const sent = sendOver(...endings)
  await turn()
  return sent
}
