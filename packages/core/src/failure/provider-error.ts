import { fieldOf, numberOf, textOf } from '../chat/wire-value.ts'
import { decodedJson, unwrapped } from './wrapped-error.ts'

/** What a provider says went wrong, whichever envelope it says it in. */
export interface ProviderError {
  /** What the body is: nothing at all, an error object, a web page, or text (also JSON that is cut off). */
  readonly form: 'blank' | 'json' | 'html' | 'text'
  /** The message as sent, at most 2,000 characters; a page's title. Empty where there is none. */
  readonly message: string
  /** Codes, types, status names and reasons as sent, each at most 128 characters, at most 16; the most telling one first. */
  readonly codes: readonly string[]
  /** The HTTP status that the error names, if it does. */
  readonly status?: number
  /** A delay that the error states, as a duration (`34s`) or in seconds. */
  readonly retryDelay?: string | number
}

/** Characters of a body that are decoded. */
const longestBody = 65_536
const longestMessage = 2_000
const longestCode = 128
const mostCodes = 16

/** Returns what an error body says. Reads the first 65,536 characters. */
export function providerErrorOf(body: string): ProviderError {
  const text = body.slice(0, longestBody).trim()
  if (text === '') return { form: 'blank', message: '', codes: [] }
  if (text.startsWith('<')) return { form: 'html', message: titleOf(text), codes: [] }
  const decoded = decodedJson(text)
  if (decoded === undefined) return { form: 'text', message: text.slice(0, longestMessage), codes: [] }
  return providerErrorOfValue(decoded)
}

/** Returns what an error value says: an object in any of the usual envelopes, the first of a list of them, or a string. */
export function providerErrorOfValue(value: unknown): ProviderError {
  const root = firstOf(value)
  const error = innerErrorOf(root)
  const levels = error === root ? [root] : [error, root]
  const told = toldBy(error, root)
  const status = statusOf(levels)
  const retryDelay = levels.map(retryDelayOf).find((delay) => delay !== undefined)
  return {
    form: 'json',
    message: told.message.slice(0, longestMessage),
    codes: [...levels.flatMap(codesOf), ...told.codes].slice(0, mostCodes),
    ...(status !== undefined && { status }),
    ...(retryDelay !== undefined && { retryDelay }),
  }
}

/** Mistral puts the list of details where others have the message. */
function innerErrorOf(root: unknown): unknown {
  const message = fieldOf(root, 'message')
  const inner =
    fieldOf(root, 'error') ?? fieldOf(root, 'errors') ?? fieldOf(root, 'detail') ?? fieldOf(message, 'detail')
  return firstOf(inner ?? root)
}

function titleOf(html: string): string {
  // In lower case a text may be longer, so places in that one are none in this one.
  const behind = /<title>(.*)/is.exec(html.slice(0, longestMessage))?.[1] ?? ''
  const end = behind.search(/<\/title>/i)
  return end === -1 ? '' : behind.slice(0, end)
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value
}

/** Where the error is a string, it may be a code with the message beside it. */
function messageAt(error: unknown, root: unknown): string | undefined {
  const beside = typeof error === 'string' ? messageOf(root) : undefined
  return beside ?? messageOf(error) ?? messageOf(root)
}

function messageOf(error: unknown): string | undefined {
  const names = ['message', 'Message', 'msg', 'detail', 'error', 'error_description'] as const
  return textOf(error) ?? names.map((name) => textOf(fieldOf(error, name))).find((text) => text !== undefined)
}

/**
 * The message, out of what it was passed on in. OpenRouter puts what the provider answered beside its own words, which then say nothing.
 */
function toldBy(
  error: unknown,
  root: unknown,
): { readonly message: string; readonly codes: readonly string[] } {
  const own = messageAt(error, root) ?? ''
  const raw = textOf(fieldOf(fieldOf(error, 'metadata'), 'raw'))
  const { rest, exceptions, value } = unwrapped((raw ?? own).slice(0, longestBody))
  if (value === undefined) return { message: rest, codes: exceptions }
  const inner = innerErrorOf(firstOf(value))
  return { message: messageAt(inner, value) ?? own, codes: [...codesOf(inner), ...exceptions] }
}

/** Where one level of an envelope names what went wrong, the most telling first. */
function codesOf(error: unknown): readonly string[] {
  const metadata = fieldOf(error, 'metadata')
  const details = firstOf(fieldOf(error, 'details'))
  const places = [
    typeof error === 'string' && !error.includes(' ') ? error : undefined,
    fieldOf(details, 'error_code'),
    fieldOf(fieldOf(error, 'innererror'), 'code'),
    fieldOf(error, 'code'),
    fieldOf(error, 'type'),
    fieldOf(error, 'status'),
    fieldOf(error, '__type'),
    fieldOf(error, 'error_type'),
    fieldOf(error, 'reason'),
    fieldOf(metadata, 'error_type'),
    fieldOf(metadata, 'provider_code'),
    fieldOf(metadata, 'limit_source'),
    fieldOf(fieldOf(error, 'availability'), 'code'),
    ...reasonsOf(fieldOf(error, 'details')),
    ...moderationOf(metadata),
  ]
  return places.flatMap((place) => textOf(place)?.slice(0, longestCode) ?? [])
}

/** Google's list of details; the first few name the reason. */
function reasonsOf(details: unknown): readonly unknown[] {
  return Array.isArray(details) ? details.slice(0, 4).map((detail) => fieldOf(detail, 'reason')) : []
}

/** OpenRouter marks moderation and guardrails by what it adds, not by a code. */
function moderationOf(metadata: unknown): readonly string[] {
  const flagged = fieldOf(metadata, 'flagged_input') ?? fieldOf(metadata, 'patterns')
  return flagged === undefined ? [] : ['moderation']
}

function statusOf(levels: readonly unknown[]): number | undefined {
  return levels
    .flatMap((level) => [fieldOf(level, 'code'), fieldOf(level, 'status'), fieldOf(level, 'http_status')])
    .map(numberOf)
    .find((status) => status !== undefined && Number.isInteger(status) && status >= 300 && status <= 599)
}

function retryDelayOf(error: unknown): string | number | undefined {
  const details = fieldOf(error, 'details')
  const listed = Array.isArray(details)
    ? details.slice(0, 8).map((detail) => fieldOf(detail, 'retryDelay'))
    : []
  const places = [
    ...listed,
    fieldOf(error, 'retry_after'),
    fieldOf(fieldOf(error, 'availability'), 'retry_after'),
    // Hugging Face says so while it loads a model.
    fieldOf(error, 'estimated_time'),
  ]
  return places.find(
    (place): place is string | number => typeof place === 'string' || typeof place === 'number',
  )
}
