/** One request to a scripted upstream, and what became of it. */
export interface ReceivedCall {
  /** How many calls came before it. */
  readonly index: number
  /** When the whole request was there, in ms on the upstream's clock. */
  readonly atMs: number
  readonly path: string
  /** Names in lower case. Holds the key that the client sent. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON; empty when the body is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>
  /** The model asked for; empty when the body names none. */
  readonly model: string
  /** Whether chunks are wanted. */
  readonly stream: boolean
  /** Tokens of the prompt as the upstream bills them: a quarter of its characters, rounded up. */
  readonly promptTokens: number
  /** The status sent, once the headers are. */
  readonly status: number | undefined
  /** Output tokens written so far, of all choices. Those of an answer that is no stream count once it is whole. */
  readonly tokensSent: number
  /** Undefined while the call is under way. */
  readonly outcome: CallOutcome | undefined
  /** When the response or its connection was closed, in ms on the upstream's clock. */
  readonly closedAtMs: number | undefined
}

/** `completed`: a whole answer was sent. `faulted`: the upstream failed or refused the call. `client-closed`: neither. */
export type CallOutcome = 'completed' | 'client-closed' | 'faulted'

/** Sums over all calls, also those that the ledger no longer lists. */
export interface UpstreamCounters {
  readonly received: number
  readonly completed: number
  readonly clientClosed: number
  readonly faulted: number
  /** Prompt tokens of completed calls. */
  readonly promptTokens: number
  /** Output tokens of all calls that have ended. */
  readonly tokensSent: number
}

/** A call as the upstream itself sees it. */
export type OpenCall = { -readonly [Field in keyof ReceivedCall]: ReceivedCall[Field] }

const mostCalls = 10_000
const mostBytes = 64 * 2 ** 20

/** What a scripted upstream received: the last 10,000 calls, or fewer when their bodies exceed 64 MiB together. */
export class Ledger {
  readonly #calls: OpenCall[] = []
  readonly #sizes: number[] = []
  #bytes = 0
  #idleListeners: (() => void)[] = []
  readonly #counters = {
    received: 0,
    completed: 0,
    clientClosed: 0,
    faulted: 0,
    promptTokens: 0,
    tokensSent: 0,
  }

  get calls(): readonly ReceivedCall[] {
    return this.#calls
  }

  get counters(): UpstreamCounters {
    return { ...this.#counters }
  }

  get underWay(): number {
    const { received, completed, clientClosed, faulted } = this.#counters
    return received - completed - clientClosed - faulted
  }

  /** Takes in a call whose body has this many bytes. */
  add(call: OpenCall, bytes: number): void {
    this.#counters.received++
    this.#calls.push(call)
    this.#sizes.push(bytes)
    this.#bytes += bytes
    while (this.#calls.length > 1 && (this.#calls.length > mostCalls || this.#bytes > mostBytes)) {
      this.#calls.shift()
      this.#bytes -= this.#sizes.shift() ?? 0
    }
  }

  settle(call: OpenCall, outcome: CallOutcome, atMs: number): void {
    call.outcome = outcome
    call.closedAtMs = atMs
    this.#counters.tokensSent += call.tokensSent
    if (outcome === 'completed') this.#counters.promptTokens += call.promptTokens
    this.#counters[outcome === 'client-closed' ? 'clientClosed' : outcome]++
    if (this.underWay > 0) return
    for (const listener of this.#idleListeners.splice(0)) listener()
  }

  /** Resolves once no call is under way. */
  async whenIdle(): Promise<void> {
    if (this.underWay === 0) return
    await new Promise<void>((resolve) => {
      this.#idleListeners.push(resolve)
    })
  }
}
