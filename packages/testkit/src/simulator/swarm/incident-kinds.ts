import type { FailureEvidence } from '@nextbest/core'
import type { AttemptScript, AttemptStep } from '../attempt-script.ts'
import type { Dice } from './dice.ts'

/** What an attempt meets that an incident strikes. */
interface Strike {
  readonly dice: Dice
  readonly nowMs: number
  /** When the incident began. */
  readonly fromMs: number
  /** Attempts of this provider under way. */
  readonly inFlight: number
  /** What the provider would do otherwise, so many times slower. */
  readonly honest: (slowness: number) => AttemptScript
}

/** Returns what a provider does with an attempt; nothing means that this attempt goes well. */
type Mishap = (strike: Strike) => AttemptScript | undefined

/**
 * A key as providers repeat it in their errors, which no message of ours may show. It looks like a real one, and is none.
 */
export const leakedKey = 'sk-simulated9Qw3rTyU8iOp7aSdF6gHjK5lZxCv4bNm'

/** Names of what can be wrong with a provider. */
export type IncidentKind =
  | 'server-error'
  | 'error-page'
  | 'unavailable'
  | 'overloaded'
  | 'throttled'
  | 'throttled-in-ms'
  | 'throttled-without-hint'
  | 'throttled-in-stream'
  | 'absurd-hint'
  | 'hang'
  | 'hang-after-head'
  | 'silent-stream'
  | 'slow'
  | 'cut'
  | 'stall'
  | 'error-in-stream'
  | 'credential'
  | 'quota'
  | 'model-gone'
  | 'malformed'
  | 'empty'
  | 'content-filter'
  | 'too-long'
  | 'refused'
  | 'reset'
  | 'flapping'
  | 'collapse'
  | 'outage'

/** All that can be wrong with a provider, by name. */
export const incidentKinds: Readonly<Record<IncidentKind, Mishap>> = {
  'server-error': ({ dice }) =>
    answers(dice, dice.pick([500, 502, 504]), errorBody('server_error', 'something went wrong')),
  'error-page': ({ dice }) =>
    answers(dice, 502, '<html><head><title>502 Bad Gateway</title></head><body></body></html>'),
  unavailable: ({ dice }) => answers(dice, 503, errorBody('unavailable', 'try again later')),
  overloaded: ({ dice }) => answers(dice, 529, errorBody('overloaded_error', 'Overloaded')),
  throttled: ({ dice }) => throttled(dice, { 'retry-after': String(dice.integer(1, 30)) }),
  'throttled-in-ms': ({ dice }) => throttled(dice, { 'retry-after-ms': String(dice.integer(200, 20_000)) }),
  'throttled-without-hint': ({ dice }) => throttled(dice, {}),
  'throttled-in-stream': ({ dice }) => [
    head(dice.integer(50, 800)),
    fails(800, { type: 'in-band', error: { error: rateLimitError }, committed: false }),
  ],
  'absurd-hint': ({ dice }) => throttled(dice, { 'retry-after': dice.pick(absurdHints) }),
  hang: () => [],
  'hang-after-head': ({ dice }) => [head(dice.integer(50, 500))],
  'silent-stream': ({ dice }) => [head(dice.integer(50, 500)), ...heartbeats(40)],
  slow: ({ dice, honest }) => honest(dice.between(3, 10)),
  cut: ({ dice, honest }) => broken(honest(1), dice, true),
  stall: ({ dice, honest }) => broken(honest(1), dice, false),
  'error-in-stream': ({ dice, honest }) => {
    const steps = withoutEnd(honest(1), dice)
    // An answer may take longer than that to come to where it breaks.
    const afterMs = Math.max(120_000, steps.at(-1)?.afterMs ?? 0)
    const error = { error: { message: 'internal error', code: 500 } }
    return [...steps, fails(afterMs, { type: 'in-band', error, committed: true })]
  },
  credential: ({ dice }) =>
    answers(dice, 401, errorBody('invalid_api_key', `Incorrect API key provided: ${leakedKey}`)),
  quota: ({ dice }) =>
    answers(dice, dice.pick([402, 429]), errorBody('insufficient_quota', 'You exceeded your current quota')),
  'model-gone': ({ dice }) => answers(dice, 404, errorBody('model_not_found', 'The model does not exist')),
  malformed: ({ dice }) => [
    head(dice.integer(50, 500)),
    fails(600, { type: 'malformed', detail: 'not JSON' }),
  ],
  empty: ({ dice }) => [head(dice.integer(50, 500)), { type: 'end', afterMs: 700, usage: undefined }],
  'content-filter': ({ dice }) =>
    answers(dice, 400, errorBody('content_policy_violation', 'The prompt was refused by our content policy')),
  'too-long': ({ dice }) =>
    answers(dice, 400, errorBody('context_length_exceeded', 'This model has a maximum context length')),
  refused: ({ dice }) => network(dice.integer(1, 20), 'ECONNREFUSED', 'connecting'),
  reset: ({ dice }) => network(dice.integer(20, 3_000), 'ECONNRESET', 'sent'),
  flapping: ({ dice, nowMs, fromMs }) =>
    Math.floor((nowMs - fromMs) / 20_000) % 2 === 0
      ? network(dice.integer(1, 20), 'ECONNREFUSED', 'connecting')
      : undefined,
  /** Takes no more than two attempts at once, whatever it said before. */
  collapse: ({ dice, inFlight }) =>
    inFlight < 2 ? undefined : throttled(dice, { 'retry-after': String(dice.integer(1, 5)) }),
  /** Several providers at once fail everything: they share what is broken. */
  outage: ({ dice }) => answers(dice, 503, '<html><head><title>Service Unavailable</title></head></html>'),
}

/** Hints that say nothing, too little, or far too much. */
const absurdHints = ['-5', 'soon', '0', '1e9', '999999', 'Thu, 01 Jan 1970 00:00:00 GMT', ''] as const

const rateLimitError = {
  type: 'rate_limit_error',
  message: 'Rate limit reached',
  code: 'rate_limit_exceeded',
}

function errorBody(code: string, message: string): string {
  return JSON.stringify({ error: { message, type: code, code } })
}

function head(afterMs: number): AttemptStep {
  return { type: 'head', afterMs, status: 200, headers: {} }
}

function fails(afterMs: number, evidence: FailureEvidence): AttemptStep {
  return { type: 'failure', afterMs, evidence }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

function answers(dice: Dice, status: number, body: string): AttemptScript {
  return respond(dice, { status, body })
}

function throttled(dice: Dice, headers: Readonly<Record<string, string>>): AttemptScript {
  return respond(dice, { status: 429, headers, body: JSON.stringify({ error: rateLimitError }) })
}

function respond(dice: Dice, { status, body, headers = {} }: Answer): AttemptScript {
  const afterMs = dice.integer(30, 900)
  return [
    { type: 'head', afterMs, status, headers },
    fails(afterMs, { type: 'status', status, headers, body }),
  ]
}

function network(afterMs: number, code: string, phase: 'connecting' | 'sent'): AttemptScript {
  return [fails(afterMs, { type: 'network', code, message: code, phase })]
}

function heartbeats(count: number): AttemptScript {
  return Array.from({ length: count }, (_, i) => ({ type: 'liveness', afterMs: 1_000 * (i + 1) }))
}

/** The beginning of an answer: at least its first piece, and not its end. */
function withoutEnd(script: AttemptScript, dice: Dice): AttemptStep[] {
  const first = script.findIndex((step) => step.type === 'content')
  return script.slice(0, dice.integer(first + 1, script.length - 1))
}

/** An answer that breaks off: by a lost connection, or by silence. */
function broken(script: AttemptScript, dice: Dice, lost: boolean): AttemptScript {
  const begun = withoutEnd(script, dice)
  const afterMs = (begun.at(-1)?.afterMs ?? 0) + dice.integer(0, 500)
  const evidence: FailureEvidence = dice.chance(0.5)
    ? { type: 'incomplete', detail: '0 of 1 choices had finished at the end of the body' }
    : { type: 'network', code: 'ECONNRESET', message: 'ECONNRESET', phase: 'receiving' }
  return lost ? [...begun, fails(afterMs, evidence)] : begun
}
