import type { Random } from '@nextbest/core'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 26

/** Characters that one random number gives: 5 of 5 bits each, of the 52 that it has. */
const charactersPerDraw = 5

/** Returns `gen-` and 26 base-32 characters: 130 random bits. */
export function newCallId(random: Random): string {
  let id = 'gen-'
  let bits = 0
  for (let i = 0; i < length; i += 1) {
    bits = i % charactersPerDraw === 0 ? Math.floor(random() * 32 ** charactersPerDraw) : bits >> 5
    id += alphabet[bits & 31]
  }
  return id
}
