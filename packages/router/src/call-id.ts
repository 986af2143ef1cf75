import type { Random } from '@nextbest/core'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 26

/** Returns `gen-` and 26 base-32 characters: 130 random bits. */
export function newCallId(random: Random): string {
  let id = 'gen-'
  for (let i = 0; i < length; i += 1) id += alphabet[Math.floor(random() * alphabet.length)]
  return id
}
