import { requireRange } from '../signals/range.ts'

/** Text of an answer that is kept to be compared with, in UTF-16 code units: some 250,000 tokens. */
export const mostDeliveredCharacters = 1_048_576

/** The text of an answer as far as it was delivered, kept up to a bound. */
export class DeliveredText {
  readonly #maxCharacters: number
  #text = ''
  #isWhole = true

  /** @throws RangeError when the bound is not in 1..1,048,576. */
  constructor(maxCharacters: number = mostDeliveredCharacters) {
    this.#maxCharacters = requireRange('maxCharacters', maxCharacters, [1, mostDeliveredCharacters])
  }

  /** Adds what was delivered next. Returns whether all of the text is still kept; once it is not, nothing is. */
  add(text: string): boolean {
    if (!this.#isWhole) return false
    this.#isWhole = this.#text.length + text.length <= this.#maxCharacters
    this.#text = this.#isWhole ? this.#text + text : ''
    return this.#isWhole
  }

  /** What was delivered; nothing once it is longer than the bound. */
  get text(): string | undefined {
    return this.#isWhole ? this.#text : undefined
  }
}

/** What a piece of a restarted answer is. */
export type RestartPiece =
  /** Delivered before: not to be delivered again. */
  | { readonly type: 'repeated' }
  /** What of it comes after all that was delivered. */
  | { readonly type: 'new'; readonly text: string }
  /** Something else than what was delivered. Nothing after it counts. */
  | { readonly type: 'diverged' }

const repeated: RestartPiece = Object.freeze({ type: 'repeated' })
const diverged: RestartPiece = Object.freeze({ type: 'diverged' })

/**
 * Compares an answer that is generated anew with the part of one that was delivered, code unit by code unit, however either was cut
 * into pieces. What was delivered, and the new text after it, are then together the beginning of the new answer, exactly.
 */
export class VerifiedRestart {
  readonly #delivered: string
  #repeated = 0
  #diverged = false

  constructor(delivered: string) {
    this.#delivered = delivered
  }

  /** Whether all that was delivered has been repeated. */
  get caughtUp(): boolean {
    return !this.#diverged && this.#repeated === this.#delivered.length
  }

  /** Takes the next piece of the new answer. */
  take(text: string): RestartPiece {
    if (this.#diverged) return diverged
    const rest = this.#delivered.length - this.#repeated
    const shared = text.slice(0, rest)
    if (!this.#delivered.startsWith(shared, this.#repeated)) {
      this.#diverged = true
      return diverged
    }
    this.#repeated += shared.length
    return text.length > rest ? { type: 'new', text: text.slice(rest) } : repeated
  }
}
