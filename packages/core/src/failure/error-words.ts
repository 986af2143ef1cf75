import type { Marker } from './marker.ts'
import type { ProviderError } from './provider-error.ts'
import { type Quotation, withoutQuotations } from './quotations.ts'

/** An error in the form in which markers are looked for: lower case, plain apostrophes. */
export interface ErrorWords {
  /** One in a line. */
  readonly codes: string
  readonly start: string
  /** `start` behind its first word. */
  readonly rest: string
  /** The message without quotations of prose. */
  readonly text: string
}

export function errorWordsOf({ codes, message }: ProviderError): ErrorWords {
  const start = message.toLowerCase().replaceAll('’', "'").trimStart()
  return {
    codes: codes.join('\n').toLowerCase(),
    start,
    rest: start.slice(start.indexOf(' ') + 1),
    text: withoutQuotations(start, (quotation) => isProse(start, quotation)),
  }
}

/** Whether the marker's words are there, whatever its statuses. */
export function isSaid({ where, matches }: Marker, { codes, start, rest, text }: ErrorWords): boolean {
  if (where === 'code') return matches.some((match) => codes.includes(match))
  if (where === 'text') return matches.some((match) => text.includes(match))
  return matches.some((match) => begins(start, match) || begins(rest, match))
}

/** What a provider passes on from its own provider is quoted too, behind the name of a field. */
const field = /(?:message|error|detail|msg)["'] ?: ?b?["']$/
const longestField = 24

/** Names of parameters and models have no spaces; what has may be a piece of the request. */
function isProse(text: string, { from, to }: Quotation): boolean {
  if (!/\s/.test(text.slice(from, to))) return false
  return !field.test(text.slice(Math.max(0, from - longestField), from))
}

function begins(text: string, match: string): boolean {
  const [head = '', tail] = match.split('* ')
  if (!text.startsWith(head)) return false
  return tail === undefined || text.startsWith(tail, text.indexOf(' ', head.length) + 1)
}
