import type { ServerResponse } from 'node:http'
import type { CallOutcome, OpenCall } from './ledger.ts'
import type { ProviderError } from './provider-error.ts'

const keepAliveEveryMs = 20
/** Longest delay that Node's timers keep; a longer one would fire at once. */
const longestDelayMs = 2_147_483_647

/** One request of which the response is under way. */
export class Exchange {
  readonly call: OpenCall
  readonly response: ServerResponse
  readonly #timers = new Set<NodeJS.Timeout>()
  #failed = false

  constructor(call: OpenCall, response: ServerResponse) {
    this.call = call
    this.response = response
    response.once('close', () => {
      for (const timer of this.#timers) clearTimeout(timer)
    })
  }

  /** What became of the call, once its response is closed. */
  get outcome(): CallOutcome {
    if (this.#failed) return 'faulted'
    return this.response.writableFinished ? 'completed' : 'client-closed'
  }

  /** Says that it is the upstream that fails the call. */
  fail(): void {
    this.#failed = true
  }

  /** Calls back after a while, at once if that is 0, and not any more once the response is closed. */
  wait(ms: number, callback: () => void): void {
    if (ms <= 0) {
      callback()
      return
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        callback()
      },
      Math.min(ms, longestDelayMs),
    )
    this.#timers.add(timer)
  }

  /** Writes a sign of life now and every 20 ms, until the response ends. */
  keepAlive(sign: string): void {
    const write = (): void => {
      if (!this.response.writableEnded) this.response.write(sign)
    }
    write()
    this.#timers.add(setInterval(write, keepAliveEveryMs))
  }

  /** Sets status and headers; they go with the first bytes of the body. */
  begin(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.response.headersSent) return
    this.call.status = status
    this.response.writeHead(status, { 'x-request-id': `req_${this.call.index}`, ...headers })
  }

  /** Sends an error answer. */
  refuse(error: ProviderError): void {
    const text = typeof error.body === 'string' ? error.body : JSON.stringify(error.body)
    this.fail()
    this.begin(error.status, { 'content-type': 'application/json', ...error.headers })
    this.response.end(text)
  }
}
