import { InvalidRequest } from './invalid-request.ts'
import { addDataUrl, isDataUrl } from './media-tokens.ts'
import type { TokenTally } from './token-tally.ts'

/** Quotes, colons, commas and brackets around a value. Source: measured on tool definitions. */
const syntaxTokens = 1
const syntaxTokensMax = 2
/** A number, a boolean or null, its syntax included. */
const scalarTokens = 2
const scalarTokensMax = 8
const quote = 34

/** More are a cycle or an attack. */
const maxValues = 1_000_000

/**
 * Adds a value as if it were written as JSON without spaces, as most providers show it to the model, but without writing it.
 *
 * @throws InvalidRequest when it holds more than 1,000,000 values, or a cycle.
 */
export function addJson(tally: TokenTally, value: unknown, field: string): void {
  const pending = [value]
  for (let done = 0; pending.length > 0; done++) {
    if (done + pending.length > maxValues)
      throw new InvalidRequest(field, `must hold at most ${maxValues} values`)
    addValue(tally, pending)
  }
}

/** Adds the last pending value and leaves the values in it pending. */
function addValue(tally: TokenTally, pending: unknown[]): void {
  const value = pending.pop()
  if (typeof value === 'string') return addString(tally, value)
  if (typeof value !== 'object' || value === null) return tally.addOther(scalarTokens, scalarTokensMax)
  tally.addOther(syntaxTokens, syntaxTokensMax)
  if (Array.isArray(value)) for (const item of value) pending.push(item)
  else addMembers(tally, value, pending)
}

function addMembers(tally: TokenTally, value: object, pending: unknown[]): void {
  for (const [key, item] of Object.entries(value)) {
    // JSON leaves it out.
    if (item === undefined) continue
    addString(tally, key)
    pending.push(item)
  }
}

function addString(tally: TokenTally, text: string): void {
  tally.addOther(syntaxTokens, syntaxTokensMax)
  if (isDataUrl(text)) addDataUrl(tally, text)
  else tally.addText(text, quote)
}
