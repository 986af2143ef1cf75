// The gateway whose clients go away, in a process of its own, so that its heap and its sockets are nobody else's.
// Usage: fork with the base URLs of its providers; needs --expose-gc.
import { startGateway } from '@nextbest/gateway'
import { createRouter } from 'nextbest'
import { answerQuestions } from '../overhead/questions.ts'
import { model } from './caller.ts'

/** What is left of calls. */
export interface Remains {
  readonly port: number
  /** Calls that have begun, and `call-end` events of calls that were under way. */
  readonly callStarts: number
  readonly callEnds: number
  /** `call-end` events of calls that had ended before, or never begun. */
  readonly straysOfCallEnd: number
  /** Attempts under way, over all endpoints, as `status()` has it. */
  readonly inFlight: number
  /** TCP connections of the process, of clients and to providers. */
  readonly sockets: number
  readonly timers: number
  /** After garbage collection. */
  readonly heapBytes: number
}

let callStarts = 0
let callEnds = 0
let straysOfCallEnd = 0
const underWay = new Set<string>()

const router = createRouter({
  upstreams: process.argv.slice(2).map((baseUrl, n) => ({
    provider: `provider-${n}`,
    baseUrl,
    allowPrivateNetwork: true,
    models: [{ model, contextTokens: 128_000, price: { prompt: 2, completion: 8 } }],
  })),
  onEvent(event) {
    if (event.type === 'call-start') {
      callStarts += 1
      underWay.add(event.callId)
    } else if (event.type === 'call-end') {
      if (underWay.delete(event.callId)) callEnds += 1
      else straysOfCallEnd += 1
    }
  },
})
const { port } = await startGateway({ port: 0, router })

answerQuestions({ remains })

function remains(): Remains {
  const resources = process.getActiveResourcesInfo()
  const count = (name: string): number => resources.filter((resource) => resource === name).length
  // What the first collection finalizes is freed by the second.
  globalThis.gc?.()
  globalThis.gc?.()
  return {
    port,
    callStarts,
    callEnds,
    straysOfCallEnd,
    inFlight: router.status().reduce((sum, { signals }) => sum + signals.inFlight, 0),
    sockets: count('TCPSocketWrap'),
    timers: count('Timeout'),
    heapBytes: process.memoryUsage().heapUsed,
  }
}
