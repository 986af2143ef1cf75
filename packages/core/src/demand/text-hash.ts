/**
 * A hash of 64 bits over texts and numbers, the same everywhere. Not for secrets: texts with the same hash can be made on
 * purpose. Source: both lanes of cyrb53 by bryc (public domain), with the mixer of Appleby's MurmurHash3 at the end.
 */
export class TextHash {
  #one = 0xdeadbeef | 0
  #other = 0x41c6ce57

  /** Adds a text's length and its first characters; returns how many of them. */
  addText(text: string, maxCharacters: number): number {
    this.addNumber(text.length)
    const end = Math.min(text.length, maxCharacters)
    for (let at = 0; at < end; at++) this.addNumber(text.charCodeAt(at))
    return end
  }

  /** Adds an integer of at most 32 bits. */
  addNumber(value: number): void {
    this.#one = Math.imul(this.#one ^ value, 2_654_435_761)
    this.#other = Math.imul(this.#other ^ value, 1_597_334_677)
  }

  /** Returns the hash so far, as 16 hexadecimal digits. */
  digest(): string {
    const one = mixed(this.#one) ^ Math.imul(this.#other ^ (this.#other >>> 13), 3_266_489_909)
    const other = mixed(this.#other) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
    return digits(other) + digits(one)
  }
}

function mixed(lane: number): number {
  return Math.imul(lane ^ (lane >>> 16), 2_246_822_507)
}

function digits(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0')
}
