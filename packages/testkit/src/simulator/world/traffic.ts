import { hashedRandom } from '../../seeded-random.ts'
import { chatArrivals, codeArrivals } from './arrivals.ts'
import type { Arrivals } from './arrivals.ts'
import { chatOutputTokens, chatPromptTokens, codeOutputTokens, codePromptTokens } from './azure-2023.ts'
import type { QuantileTable } from './azure-2023.ts'
import { quantileOf } from './draw.ts'

/** What kind of caller a request comes from. */
export type TrafficClass = 'chat' | 'code'

/** A request of the world, before anybody serves it. */
export interface WorldRequest {
  readonly class: TrafficClass
  readonly arrivesAtMs: number
  /** At least 8: below that lies the template of a message alone. */
  readonly promptTokens: number
  /** Tokens that a whole answer has, at least 1. */
  readonly outputTokens: number
  /** The conversation that it belongs to, and how many tokens of its prompt earlier turns had. Absent for single requests. */
  readonly session?: { readonly id: number; readonly prefixTokens: number }
}

/** What is different from the recorded traffic. */
export interface TrafficChanges {
  /** Multiplies the rate of code requests. Default: 1. */
  readonly codeRate?: number
  /** Multiplies prompts. Default: 1. */
  readonly promptScale?: number
  /** Conversations of several turns. Default: none. */
  readonly sessions?: SessionTraffic
}

/** Conversations whose turns share a growing prompt. */
interface SessionTraffic {
  /** Share of the chat requests that are turns of a conversation, 0..1. */
  readonly share: number
  /** Tokens that every turn begins with. */
  readonly prefixTokens: number
  /** Conversations going on at any time. */
  readonly open: number
  /** Turns of a conversation. */
  readonly turns: number
}

export interface TrafficOptions {
  /** Any safe integer. */
  readonly seed: number
  readonly durationMs: number
  readonly changes?: TrafficChanges
}

/** Mean output tokens of each class, as a router knows them that has served it for a while. */
export const meanOutputTokens: Readonly<Record<TrafficClass, number>> = Object.freeze({ chat: 211, code: 28 })

const leastPromptTokens = 8
const prompts: Readonly<Record<TrafficClass, QuantileTable>> = {
  chat: chatPromptTokens,
  code: codePromptTokens,
}
const outputs: Readonly<Record<TrafficClass, QuantileTable>> = {
  chat: chatOutputTokens,
  code: codeOutputTokens,
}

/** Draws the requests of both classes over a time, by arrival. The same options give the same requests. */
export function drawTraffic({ seed, durationMs, changes = {} }: TrafficOptions): readonly WorldRequest[] {
  const requests = [
    ...drawClass('chat', { seed, durationMs, changes, pace: 1 }),
    ...drawClass('code', { seed, durationMs, changes, pace: changes.codeRate ?? 1 }),
  ]
  return requests.sort((one, other) => one.arrivesAtMs - other.arrivesAtMs)
}

interface ClassQuestion extends Required<TrafficOptions> {
  readonly pace: number
}

function drawClass(name: TrafficClass, { seed, durationMs, changes, pace }: ClassQuestion): WorldRequest[] {
  const gaps = hashedRandom(seed, name, 'arrivals')
  const next: Arrivals = name === 'chat' ? chatArrivals(gaps) : codeArrivals(gaps)
  const sizes = hashedRandom(seed, name, 'sizes')
  const sessions = new Sessions(
    name === 'chat' ? changes.sessions : undefined,
    hashedRandom(seed, 'sessions'),
  )
  const requests: WorldRequest[] = []
  for (let atMs = next() / pace; atMs < durationMs; atMs += next() / pace) {
    const promptTokens = Math.round(quantileOf(prompts[name], sizes()) * (changes.promptScale ?? 1))
    const outputTokens = Math.max(1, Math.round(quantileOf(outputs[name], sizes())))
    const size = { promptTokens: Math.max(leastPromptTokens, promptTokens), outputTokens }
    requests.push({ class: name, arrivesAtMs: atMs, ...sessions.turn(size) })
  }
  return requests
}

type RequestSize = Pick<WorldRequest, 'promptTokens' | 'outputTokens'>

/** Conversations that take turns; each turn's prompt is all that was said before and what is new. */
class Sessions {
  readonly #traffic: SessionTraffic | undefined
  readonly #random: () => number
  readonly #open: { id: number; turns: number; promptTokens: number }[] = []
  #started = 0

  constructor(traffic: SessionTraffic | undefined, random: () => number) {
    this.#traffic = traffic
    this.#random = random
  }

  turn(size: RequestSize): RequestSize & Pick<WorldRequest, 'session'> {
    const traffic = this.#traffic
    if (traffic === undefined || this.#random() >= traffic.share) return size
    const place = Math.floor(this.#random() * traffic.open)
    const going = this.#open[place]
    const session =
      going === undefined || going.turns >= traffic.turns
        ? { id: (this.#started += 1), turns: 0, promptTokens: traffic.prefixTokens }
        : going
    this.#open[place] = session
    const prefixTokens = session.promptTokens
    session.turns += 1
    session.promptTokens += size.promptTokens + size.outputTokens
    return {
      promptTokens: prefixTokens + size.promptTokens,
      outputTokens: size.outputTokens,
      session: { id: session.id, prefixTokens },
    }
  }
}
