import {
  asciiCosts,
  blockScripts,
  outsideAscii,
  scriptRuns,
  scriptSlacks,
  scriptStarts,
} from './token-costs.ts'

const newline = 10

/** Running count of a prompt's tokens: one pass over its characters, nothing allocated for them. */
export class TokenTally {
  /** Tokens of the text, in hundredths. */
  textHundredths = 0
  /** Tokens that an older vocabulary may take for the text in addition, in hundredths. */
  slackHundredths = 0
  /** No fewer than the text's bytes in UTF-8. */
  textBytes = 0
  /** Tokens of what is not text. */
  otherTokens = 0
  /** Upper bound of `otherTokens`. */
  otherTokensMax = 0
  #previous = newline

  /** Adds what is not text: a template's own tokens, an image, a file. */
  addOther(tokens: number, tokensMax: number): void {
    this.otherTokens += tokens
    this.otherTokensMax += tokensMax
  }

  /** Adds text that follows an ASCII character: a new line unless given. */
  addText(text: string, previous: number = newline): void {
    this.#previous = previous
    this.textBytes += text.length
    let at = 0
    while (at < text.length)
      at = text.charCodeAt(at) < 128 ? this.#addAscii(text, at) : this.#addWide(text, at)
  }

  /** Adds ASCII characters and returns where they end. Four at a time: reading a character costs more than counting it. */
  #addAscii(text: string, from: number): number {
    let cost = 0
    let previous = this.#previous
    let at = from
    for (; at + 3 < text.length; at += 4) {
      const one = text.charCodeAt(at)
      const two = text.charCodeAt(at + 1)
      const three = text.charCodeAt(at + 2)
      const four = text.charCodeAt(at + 3)
      if ((one | two | three | four) >= 128) break
      cost += costOf(previous, one) + costOf(one, two) + costOf(two, three) + costOf(three, four)
      previous = four
    }
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code >= 128) break
      cost += costOf(previous, code)
      previous = code
    }
    this.textHundredths += cost
    this.#previous = previous
    return at
  }

  /** Adds characters outside ASCII and returns where they end. */
  #addWide(text: string, from: number): number {
    let cost = 0
    let slack = 0
    let extraBytes = 0
    let lastScript = -1
    let at = from
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code < 128) break
      const script = blockScripts[code >> 7] ?? 0
      cost += (script === lastScript ? scriptRuns[script] : scriptStarts[script]) ?? 0
      slack += scriptSlacks[script] ?? 0
      extraBytes += code < 0x800 ? 1 : 2
      lastScript = script
    }
    this.textHundredths += cost
    this.slackHundredths += slack
    this.textBytes += extraBytes
    this.#previous = outsideAscii
    return at
  }
}

function costOf(previous: number, code: number): number {
  return asciiCosts[(previous << 7) | code] ?? 0
}
