import type { IncomingHttpHeaders } from 'node:http'
import type { OpenCall } from './ledger.ts'
import { countPromptTokens, parseBody } from './request-body.ts'

/** A whole request. */
export interface Arrival {
  readonly index: number
  readonly atMs: number
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Returns the record of a request that has just come. */
export function openCall(arrival: Arrival): OpenCall {
  const { index, atMs, path } = arrival
  const body = parseBody(arrival.body) ?? {}
  const { model, stream } = body
  return {
    index,
    atMs,
    path,
    headers: Object.fromEntries(
      Object.entries(arrival.headers).map(([name, value]) => [name, String(value)]),
    ),
    body,
    model: typeof model === 'string' ? model : '',
    stream: stream === true,
    promptTokens: countPromptTokens(body),
    status: undefined,
    tokensSent: 0,
    outcome: undefined,
    closedAtMs: undefined,
  }
}
