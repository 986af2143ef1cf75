import type { Clock } from '@nextbest/core'
import { systemClock } from './system-clock.ts'

/** One request that the wall read, and what became of it. */
export interface WallEntry {
  /** How many came before it. */
  readonly index: number
  readonly model: string
  /** When it came, in ms of the wall's clock. */
  readonly atMs: number
  /** Number of the fault that it met, or the name of one that has none; 0 for a good answer. */
  readonly fault: number | string
  readonly stream: boolean
  /** Bytes of the response that were given to the socket. */
  readonly bytesSent: number
  /** Output tokens that a provider would bill, whole or not. */
  readonly tokensBilled: number
  /** `whole`: the response was ended as its framing wants. `cut`: the wall ended the connection. `client-closed`: the client did. */
  readonly outcome: 'open' | 'whole' | 'cut' | 'client-closed'
}

/** An entry as the wall itself sees it. */
export type OpenEntry = { -readonly [Field in keyof WallEntry]: WallEntry[Field] }

/** Entries kept; older ones are forgotten. */
const mostEntries = 10_000

/** What the wall saw and sent. */
export class WallLedger {
  readonly #clock: Clock
  readonly #entries: OpenEntry[] = []
  readonly #totals = { requests: 0, bytesSent: 0, tokensBilled: 0 }

  /** Default: the system's clock. */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** The last 10,000 requests, oldest first. */
  get entries(): readonly WallEntry[] {
    return this.#entries
  }

  /** Sums over all requests. */
  get totals(): Readonly<Record<'requests' | 'bytesSent' | 'tokensBilled', number>> {
    return { ...this.#totals }
  }

  add(entry: Pick<WallEntry, 'model' | 'fault' | 'stream'>): OpenEntry {
    const open: OpenEntry = {
      ...entry,
      index: this.#totals.requests++,
      atMs: this.#clock.nowMs(),
      bytesSent: 0,
      tokensBilled: 0,
      outcome: 'open',
    }
    this.#entries.push(open)
    if (this.#entries.length > mostEntries) this.#entries.shift()
    return open
  }

  sent(entry: OpenEntry, bytes: number): void {
    entry.bytesSent += bytes
    this.#totals.bytesSent += bytes
  }

  bill(entry: OpenEntry, tokens: number): void {
    entry.tokensBilled += tokens
    this.#totals.tokensBilled += tokens
  }
}
