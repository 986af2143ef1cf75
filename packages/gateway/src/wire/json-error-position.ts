/**
 * Returns where a text stops being JSON: the offset of the first character, number or word that cannot stand there, or the
 * text's length where it ends too early. `JSON.parse` tells that only at times, and quotes the text, which may be a prompt.
 *
 * The text's depth must be bounded before, since this descends into it.
 */
export function jsonErrorPosition(text: string): number {
  const scanner = new JsonScanner(text)
  return scanner.value() ? scanner.skipSpace() : scanner.at
}

const space = /[ \t\n\r]*/y
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
/** Everything but control characters, the quote and the backslash. */
const plainCharacters = /[ !#-[\]-\uFFFF]*/y
const escape = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y

class JsonScanner {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  /** Moves behind a value; returns false, and stops at the error, where there is none. */
  value(): boolean {
    this.skipSpace()
    switch (this.text[this.at]) {
      case '{':
        return this.#list('}', () => this.#member())
      case '[':
        return this.#list(']', () => this.value())
      case '"':
        return this.#string()
      default:
        return this.#match(scalar)
    }
  }

  skipSpace(): number {
    this.#match(space)
    return this.at
  }

  #member(): boolean {
    this.skipSpace()
    return this.text[this.at] === '"' && this.#string() && this.#character(':') && this.value()
  }

  #list(end: string, item: () => boolean): boolean {
    this.at += 1
    if (this.#character(end)) return true
    do {
      if (!item()) return false
    } while (this.#character(','))
    return this.#character(end)
  }

  #character(character: string): boolean {
    this.skipSpace()
    if (this.text[this.at] !== character) return false
    this.at += 1
    return true
  }

  #string(): boolean {
    this.at += 1
    do this.#match(plainCharacters)
    while (this.#match(escape))
    if (this.text[this.at] !== '"') return false
    this.at += 1
    return true
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    if (!pattern.test(this.text)) return false
    this.at = pattern.lastIndex
    return true
  }
}
