// A client that goes away at a random moment.
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Random } from '@nextbest/core'
import { bodyOf } from './caller.ts'
import type { Behaviour } from './testkit.ts'

/** Chunks, milliseconds to the first of them, and milliseconds of the rest, of the answers that nobody waits for. */
const chunks = 32
const firstTokenMs = 10
const restMs = 32

export const answersToAbandon: Behaviour = {
  outputTokens: chunks,
  latencyMs: firstTokenMs,
  tokensPerSecond: (1_000 * chunks) / restMs,
}

export const moments = [
  'on its way',
  'unanswered',
  'at the headers',
  'in the middle',
  'near the end',
] as const
export type Moment = (typeof moments)[number]

export interface Abandonment {
  readonly number: number
  readonly stream: boolean
  readonly moment: Moment
  /** By `performance.now()`. */
  readonly abortedAtMs: number
}

/** When to go away: so many ms after the request was written or has come to a provider, or after so many chunks. */
type Plan =
  | { readonly after: 'written' | 'arrived'; readonly ms: number }
  | { readonly after: 'chunks'; readonly count: number }

export interface CallToAbandon {
  readonly port: number
  readonly number: number
  readonly random: Random
  /** Fulfils once a provider has the request. */
  readonly arrived: Promise<unknown>
}

/** Makes a call, streamed or not, and ends its connection at a moment that is drawn. Gone with the answer at the latest. */
export function abandonCall({ port, number, random, arrived }: CallToAbandon): Promise<Abandonment> {
  const stream = random() < 0.5
  const moment = moments[Math.floor(random() * moments.length)] ?? 'in the middle'
  const plan = stream ? planOfStream(moment, random()) : planOfWhole(moment, random())
  return new Promise((resolve) => {
    let gone = false
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const leave = (): void => {
      if (gone) return
      gone = true
      const abortedAtMs = performance.now()
      socket.destroy()
      resolve({ number, stream, moment, abortedAtMs })
    }
    socket.on('error', () => undefined).on('close', leave)
    socket.once('connect', () => {
      socket.write(requestOf(bodyOf(number, stream)))
      if (plan.after === 'written') setTimeout(leave, plan.ms)
    })
    if (plan.after === 'arrived') void arrived.then(() => setTimeout(leave, plan.ms))
    watchAnswer(socket, plan.after === 'chunks' ? plan.count : Infinity, leave)
  })
}

function planOfStream(moment: Moment, draw: number): Plan {
  switch (moment) {
    case 'on its way':
      return { after: 'written', ms: draw * 3 }
    case 'unanswered':
      return { after: 'arrived', ms: draw * firstTokenMs }
    case 'at the headers':
      return { after: 'chunks', count: 0 }
    case 'in the middle':
      return { after: 'chunks', count: 1 + Math.floor(draw * (chunks - 2)) }
    case 'near the end':
      return { after: 'chunks', count: chunks - Math.floor(draw * 2) }
  }
}

/** An answer that is not streamed shows nothing until it is there. */
function planOfWhole(moment: Moment, draw: number): Plan {
  const wholeMs = firstTokenMs + restMs
  switch (moment) {
    case 'on its way':
      return { after: 'written', ms: draw * 3 }
    case 'unanswered':
      return { after: 'arrived', ms: draw * firstTokenMs }
    case 'at the headers':
      return { after: 'arrived', ms: wholeMs - 1 + draw * 2 }
    case 'in the middle':
      return { after: 'arrived', ms: draw * wholeMs }
    case 'near the end':
      return { after: 'arrived', ms: wholeMs - draw * 4 }
  }
}

const content = '"content":"'

/** Calls back once there are so many chunks with content; for none, once there are bytes at all; and when the answer is whole. */
function watchAnswer(socket: Socket, count: number, callBack: () => void): void {
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text
    const isWhole = received.includes('[DONE]') || received.includes('"object":"chat.completion"')
    if (isWhole || received.split(content).length > count) callBack()
  })
}

function requestOf(body: string): string {
  return [
    'POST /v1/chat/completions HTTP/1.1',
    'host: gateway',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}

/** The number of the call that a provider's request belongs to. */
export function numberIn(body: Readonly<Record<string, unknown>>): number {
  return Number(/Question (\d+):/.exec(JSON.stringify(body['messages']))?.[1])
}
