import type { Random } from '@nextbest/core'

/**
 * Returns the stream of random numbers that belongs to a seed: the same on every machine and in every version. Not for
 * secrets. The numbers are multiples of 2^-32. Source: Doty-Humphrey's sfc32, seeded as in PractRand 0.95.
 *
 * @param seed - Any safe integer.
 * @throws RangeError when the seed is not a safe integer.
 */
export function seededRandom(seed: number): Random {
  checkSafeInteger('seed', seed)
  return sfc32(lowWord(seed), highWord(seed))
}

/**
 * Returns the stream of random numbers that belongs to some keys, such as seed, request, endpoint and attempt. What draws
 * from streams of its own has the same luck whatever else is drawn, so that two policies can be compared on one world
 * (common random numbers). Numbers and strings are told apart, and so are `('ab')` and `('a', 'b')`. Source of the hash:
 * two lanes of Appleby's MurmurHash3_x86_32.
 *
 * @param keys - Safe integers and strings.
 * @throws RangeError when a number is not a safe integer.
 */
export function hashedRandom(...keys: readonly (number | string)[]): Random {
  const hash: Hash = [0, goldenRatio]
  for (const key of keys) {
    if (typeof key === 'number') mixNumber(hash, key)
    else mixString(hash, key)
  }
  return sfc32(finalize(hash[0]), finalize(hash[1]))
}

/** Doty-Humphrey's Small Fast Counting generator: period at least 2^32, 2^127 on average. */
function sfc32(seedLow: number, seedHigh: number): Random {
  let a = 0
  let b = seedLow
  let c = seedHigh
  let counter = 1
  const next = (): number => {
    const drawn = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (rotateLeft(c, 21) + drawn) | 0
    return (drawn >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 12; round++) next()
  return next
}

/** Two lanes of 32 bits. */
type Hash = [number, number]

/** 2^32 divided by the golden ratio: the usual start that is not zero. */
const goldenRatio = 0x9e3779b9 | 0
const numberMark = 1
const stringMark = 2

function mixNumber(hash: Hash, key: number): void {
  checkSafeInteger('a numeric key', key)
  mix(hash, numberMark)
  mix(hash, lowWord(key))
  mix(hash, highWord(key))
}

function mixString(hash: Hash, key: string): void {
  mix(hash, stringMark)
  mix(hash, key.length)
  for (let index = 0; index < key.length; index++) mix(hash, key.charCodeAt(index))
}

function mix(hash: Hash, word: number): void {
  const scrambled = Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593)
  hash[0] = (Math.imul(rotateLeft(hash[0] ^ scrambled, 13), 5) + 0xe6546b64) | 0
  // Another start and another rotation: inputs that collide in one lane rarely do in both.
  hash[1] = (Math.imul(rotateLeft(hash[1] ^ scrambled, 17), 5) + 0xe6546b64) | 0
}

function finalize(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function lowWord(value: number): number {
  return value | 0
}

function highWord(value: number): number {
  return Math.floor(value / 2 ** 32) | 0
}

function checkSafeInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} must be a safe integer, got ${value}`)
}
