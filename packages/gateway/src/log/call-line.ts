import type { Route, RouteAttempt } from 'nextbest'
import { usdTextOfNano } from '../wire/usd-text.ts'
import type { Colours } from './colours.ts'
import { plainText } from './plain-text.ts'

/** A call that is over. */
export interface EndedCall {
  readonly route: Route
  /** Why it failed; undefined when it was answered. */
  readonly error: string | undefined
  /** The time of day at its end: `hh:mm:ss`. */
  readonly at: string
}

/**
 * Returns the lines that tell of a call: one for each attempt that failed, then one for the call. They hold no prompt and no
 * key; whatever a client or provider wrote is made safe to print.
 */
export function callLines({ route, error, at }: EndedCall, colours: Colours): readonly string[] {
  const time = colours.faint(at)
  const failures = route.attempts.flatMap((attempt, i) => {
    if (attempt.outcome !== 'failed') return []
    return [
      `${time} ${colours.bad('failover:')} ${failureText(attempt)} -> ${nextText(route.attempts[i + 1], error)}`,
    ]
  })
  const summary = error === undefined ? answeredText(route, colours) : failedText(route, error, colours)
  return [...failures, `${time} ${summary}`]
}

function failureText({ endpoint, failure, durationMs }: RouteAttempt): string {
  const status = failure?.status === undefined ? '' : `${failure.status} `
  const kind = (failure?.kind ?? 'unknown').replaceAll('-', ' ')
  return `${plainText(endpoint)} ${status}${kind} after ${wholeMs(durationMs)}`
}

function nextText(next: RouteAttempt | undefined, error: string | undefined): string {
  if (next !== undefined) return plainText(next.endpoint)
  return error === undefined ? 'done' : 'none left'
}

function answeredText(route: Route, colours: Colours): string {
  const { usage, firstTokenMs } = route
  const tokens = usage === undefined ? 'no usage' : `${usage.promptTokens} + ${usage.completionTokens} tokens`
  const firstToken = firstTokenMs === undefined ? '' : `, first token ${wholeMs(firstTokenMs)}`
  const parts = [tokens, `${wholeMs(route.durationMs)}${firstToken}`, `$${usdTextOfNano(route.costNanoUsd)}`]
  const target = `${plainText(route.model)} -> ${colours.good(plainText(route.endpoint ?? 'nothing'))}`
  return `${target}  ${parts.join('  ')}`
}

function failedText(route: Route, error: string, colours: Colours): string {
  const attempts = route.attempts.length === 1 ? '1 attempt' : `${route.attempts.length} attempts`
  return `${plainText(route.model)} ${colours.bad('failed')}  ${attempts}  ${wholeMs(route.durationMs)}  ${plainText(error)}`
}

function wholeMs(durationMs: number): string {
  return `${Math.round(durationMs)} ms`
}

/** Returns the local time of day: `hh:mm:ss`. */
export function clockTime(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
