import { vi } from 'vitest'
import { allFaults } from '../../src/wall/index.ts'
import type { Fault, FaultExpectation, FaultMode, FaultVariant } from '../../src/wall/index.ts'
import { openAiChatFormat } from '../../src/wall/formats/openai-chat.ts'
import { WallExchange } from '../../src/wall/wall-exchange.ts'
import { WallLedger } from '../../src/wall/wall-ledger.ts'
import type { WallEntry } from '../../src/wall/wall-ledger.ts'
import { RecordingSocket } from './recording-socket.ts'
import { readResponse } from './response.ts'
import type { RawResponse } from './response.ts'

/** The faults that are played on a request. */
export const statusAndBodyFaults: readonly Fault[] = allFaults.filter(({ number }) => number >= 39)

/** One fault in one of its variants, and how its answer is asked for. */
export interface Case {
  readonly name: string
  readonly fault: Fault
  readonly variantName: string
  readonly variant: FaultVariant
  readonly mode: FaultMode
  readonly expected: FaultExpectation
}

/** All that a fault can be. */
export function casesOf(fault: Fault): readonly Case[] {
  return Object.entries(fault.variants).flatMap(([variantName, variant]) =>
    (['json', 'stream'] as const).flatMap((mode) => {
      const base = fault.expected[mode]
      if (base === undefined || variant.modes?.includes(mode) === false) return []
      const name = `${variantName} as ${mode}`
      return { name, fault, variantName, variant, mode, expected: { ...base, ...variant.expected } }
    }),
  )
}

export const requestKey = 'sk-key-of-the-request'
export const requestPrompt = 'The prompt of the request'
export const requestModel = 'wall/some-model'

/** A fault under way on a socket that keeps what is written. Wants faked timers. */
export class Playing {
  readonly socket = new RecordingSocket()
  readonly #ledger = new WallLedger()

  constructor({ variant, mode, fault }: Pick<Case, 'variant' | 'mode' | 'fault'>) {
    if (variant.at !== 'request') throw new Error('it lies below requests')
    const stream = mode === 'stream'
    // Another request came before.
    this.#ledger.add({ model: requestModel, fault: 0, stream })
    const body = { model: requestModel, stream, messages: [{ role: 'user', content: requestPrompt }] }
    const exchange = new WallExchange({
      socket: this.socket,
      request: {
        method: 'POST',
        path: '/v1/chat/completions',
        headers: { authorization: `Bearer ${requestKey}` },
        body,
        bytes: 500,
      },
      format: openAiChatFormat,
      entry: this.#ledger.add({ model: requestModel, fault: fault.number, stream }),
      ledger: this.#ledger,
      requestsOnSocket: 1,
    })
    variant.play(exchange)
  }

  get entry(): WallEntry {
    const entry = this.#ledger.entries.at(-1)
    if (entry === undefined) throw new Error('nothing was noted')
    return entry
  }

  /** All that was written so far. */
  get response(): RawResponse {
    return readResponse(Buffer.concat(this.socket.pieces))
  }

  /** Lets a minute pass, in which every fault comes to its end, and its socket tells of that. */
  async toItsEnd(): Promise<this> {
    await vi.advanceTimersByTimeAsync(61_000)
    return this
  }
}

/** Begins to play a fault. */
export function playing(number: number, variantName: string, mode: FaultMode = 'stream'): Playing {
  const fault = statusAndBodyFaults.find((one) => one.number === number)
  const found = (fault === undefined ? [] : casesOf(fault)).find(
    (one) => one.variantName === variantName && one.mode === mode,
  )
  if (found === undefined) throw new Error(`there is no ${variantName} of ${number} as ${mode}`)
  return new Playing(found)
}

/** Plays a fault to its end. */
export function played(number: number, variantName: string, mode?: FaultMode): Promise<Playing> {
  return playing(number, variantName, mode).toItsEnd()
}
