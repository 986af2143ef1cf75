import type { ChatChunk, WireUsage } from '@nextbest/core'
import type { CallEnding, ChatReply, RouterError } from 'nextbest'
import { errorObject } from './error-body.ts'
import { costedUsage } from './usage.ts'

/** How an answer names itself to its caller. */
export interface AnswerIdentity {
  /** The call's id. */
  readonly id: string
  /** The model asked for, routing suffixes removed. */
  readonly model: string
  /** The provider's slug. */
  readonly provider: string | undefined
}

/** Extra members of an answer that its caller asked for. */
export type AnswerExtras = Readonly<Record<string, unknown>>

/** The end of a whole stream; a stream without it was cut. */
export const doneEvent = 'data: [DONE]\n\n'

/** Keeps proxies from closing a quiet stream; clients skip it. */
export const keepAliveComment = ': keep-alive\n\n'

/** Writes a whole answer. */
export function completionText(reply: ChatReply, identity: AnswerIdentity, extras?: AnswerExtras): string {
  const { completion, usage, route } = reply
  // Members by name, since spreading a second object into the first takes several times as long (measured).
  const answer = {
    ...completion,
    id: identity.id,
    model: identity.model,
    provider: identity.provider,
    system_fingerprint: completion.system_fingerprint ?? null,
    usage: costedUsage(usage, route.costNanoUsd, completion.usage),
  }
  return JSON.stringify(extras === undefined ? answer : { ...answer, ...extras })
}

/** Writes one chunk. Usage is left out: it comes once, at the end. */
export function chunkEvent(chunk: ChatChunk, { id, model, provider }: AnswerIdentity): string {
  const { system_fingerprint: fingerprint } = chunk
  return `data: ${JSON.stringify({ ...chunk, id, model, provider, system_fingerprint: fingerprint ?? undefined, usage: undefined })}\n\n`
}

/** Whether a chunk has nothing to say but usage. */
export function isUsageOnly(chunk: ChatChunk): boolean {
  return chunk.choices.length === 0 && chunk.usage !== undefined && chunk.usage !== null
}

export interface StreamEnd {
  readonly identity: AnswerIdentity
  /** Unix seconds. */
  readonly created: number
  readonly ending: CallEnding
  /** What the provider reported. */
  readonly reported: WireUsage | undefined
  /** Whether the request asked for a usage chunk in OpenAI's way. */
  readonly asked: boolean
  readonly extras: AnswerExtras | undefined
}

/** One choice that says nothing, for clients that did not ask for a chunk without choices and read the first of each. */
const emptyChoice = { index: 0, delta: { content: '' }, finish_reason: null }

/** Writes the chunk that tells the usage. */
export function usageEvent({ identity, created, ending, reported, asked, extras }: StreamEnd): string {
  const chunk = {
    id: identity.id,
    object: 'chat.completion.chunk',
    created,
    model: identity.model,
    provider: identity.provider,
    choices: asked ? [] : [emptyChoice],
    usage: costedUsage(ending.usage, ending.route.costNanoUsd, reported),
    ...extras,
  }
  return `data: ${JSON.stringify(chunk)}\n\n`
}

export interface StreamBreak {
  readonly identity: AnswerIdentity
  /** Unix seconds. */
  readonly created: number
  readonly error: RouterError
  readonly extras: AnswerExtras | undefined
}

/** Writes the last event of a stream that broke off. No `[DONE]` follows it: a cut answer must not pass for a whole one. */
export function errorEvent({ identity, created, error, extras }: StreamBreak): string {
  const { route } = error
  const chunk = {
    id: identity.id,
    object: 'chat.completion.chunk',
    created,
    model: identity.model,
    provider: identity.provider,
    error: errorObject(error),
    choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
    usage: route?.usage === undefined ? undefined : costedUsage(route.usage, route.costNanoUsd),
    ...extras,
  }
  return `data: ${JSON.stringify(chunk)}\n\n`
}
