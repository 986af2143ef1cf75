/** What a message says without the names of exceptions that it was passed on with. */
export interface UnwrappedMessage {
  /** What stands behind them. */
  readonly rest: string
  /** The exceptions, as the message names them. */
  readonly exceptions: readonly string[]
  /** The error object that the rest is, if it is one. */
  readonly value?: unknown
}

/** As LiteLLM and the official SDKs write: `litellm.BadRequestError: OpenAIException - …`, `Error code: 400 - …`. */
const raised = /^(?:Error code: \d{3} - |(?:[\w.]{1,80}(?:Error|Exception)(?:: | - | )(?:- )?)+)/
/** As Amazon's SDK for Python writes. */
const calling =
  /^An error occurred \(\w{1,80}\) when calling the \w{1,80} operation(?: \(reached max retries: \d{1,3}\))?: /

/**
 * Takes the error of a provider out of the message by which a gateway or an SDK in between passed it on. Only what stands at the very
 * beginning counts, which is never the request's.
 */
export function unwrapped(message: string): UnwrappedMessage {
  const head = (raised.exec(message) ?? calling.exec(message))?.[0] ?? ''
  const rest = message.slice(head.length)
  const exceptions = head.match(/[\w.]+(?:Error|Exception)/g) ?? []
  const value = objectAtStart(rest)
  return { rest, exceptions, ...(value !== undefined && { value }) }
}

/** What LiteLLM adds behind an object is left out. */
function objectAtStart(text: string): unknown {
  if (!/^[{[]/.test(text)) return undefined
  const closing = text.startsWith('{') ? '}' : ']'
  return decodedJson(text.slice(0, text.lastIndexOf(closing) + 1))
}

/** Brackets within each other beyond which nobody meant it. */
const deepest = 128

const quotationMark = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** Returns what a text is as JSON, or nothing where it is none, or one of more than 128 levels, which takes long to decode. */
export function decodedJson(text: string): unknown {
  if (isTooDeep(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isTooDeep(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false
  let depth = 0
  for (let at = 0; at < text.length && depth <= deepest; at++) {
    const character = text.charCodeAt(at)
    if (character === quotationMark) at = stringEnd(text, at)
    else if (character === openBrace || character === openBracket) depth++
    else if (character === closeBrace || character === closeBracket) depth--
  }
  return depth > deepest
}

function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === quotationMark) return at
    if (character === backslash) at++
  }
  return text.length
}
