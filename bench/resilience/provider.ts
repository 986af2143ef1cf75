// A provider on a port of its own that can die in each of the ways, and come back on the same port.
import { startBlackHole } from './black-hole.ts'
import type { BlackHole } from './black-hole.ts'
import { startScriptedUpstream } from './testkit.ts'
import type { Behaviour, ScriptedUpstream } from './testkit.ts'

export const waysToDie = ['refuse', 'black hole', 'no answer', 'error 500', 'stall', 'cut'] as const
export type WayToDie = (typeof waysToDie)[number]

/** What each way is, in words for the report. */
export const wayWords: Readonly<Record<WayToDie, string>> = {
  refuse: 'closed port',
  'black hole': 'SYN unanswered',
  'no answer': 'takes the request, sends nothing',
  'error 500': '500 at once',
  stall: 'headers, then nothing',
  cut: 'closes in the middle of the answer',
}

/** An answer of 32 tokens. */
export const answerText =
  'Learn what you can, be of use to someone, laugh often, and plant a tree today: you will not sit in its shade for twenty years, ' +
  'but somebody else will.'

/** Its first token comes after 20 ms, and each further one after 2 ms, on the wall clock. */
const healthy: Behaviour = { text: answerText, latencyMs: 20, tokensPerSecond: 500 }

/** Half of the answer. */
const tokensBeforeCut = 16

const behaviours: Readonly<Record<Exclude<WayToDie, 'refuse' | 'black hole'>, Behaviour>> = {
  'no answer': { ...healthy, hang: 'before-headers' },
  'error 500': { status: 500 },
  stall: { ...healthy, hang: 'after-headers' },
  cut: { ...healthy, cutAfterTokens: tokensBeforeCut },
}

export class Provider {
  readonly name: string
  #upstream: ScriptedUpstream
  #blackHole: BlackHole | undefined

  constructor(name: string, upstream: ScriptedUpstream) {
    this.name = name
    this.#upstream = upstream
  }

  get baseUrl(): string {
    return this.#upstream.baseUrl
  }

  /** Requests that have come whole since it was last started. */
  get received(): number {
    return this.#upstream.counters.received
  }

  /** From now on it fails in this way. Nothing of it may be under way. */
  async die(way: WayToDie): Promise<void> {
    if (way !== 'refuse' && way !== 'black hole') {
      this.#upstream.setBehaviour(behaviours[way])
      return
    }
    await this.#upstream.close()
    if (way === 'black hole') this.#blackHole = await startBlackHole(this.#upstream.port)
  }

  /** From now on it is well again. */
  async recover(): Promise<void> {
    await this.close()
    this.#upstream = await startScriptedUpstream({ port: this.#upstream.port, behaviour: healthy })
  }

  async close(): Promise<void> {
    await this.#blackHole?.close()
    this.#blackHole = undefined
    await this.#upstream.close()
  }
}

export async function startProvider(name: string): Promise<Provider> {
  return new Provider(name, await startScriptedUpstream({ behaviour: healthy }))
}
