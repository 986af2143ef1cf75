import type { Random } from '@nextbest/core'

/** 2^32 divided by the golden ratio: steps by it come near every number. */
const goldenRatio = 0x9e3779b9 | 0

/**
 * Returns the stream of random numbers that belongs to some keys, such as seed, call and endpoint. Whoever draws from streams
 * of their own has the same luck whatever else is drawn, so that two policies are compared in one world (common random
 * numbers). Source: Steele, Lea and Flood's SplitMix, in the 32 bits of Appleby's MurmurHash3 finaliser.
 *
 * @param keys - Safe integers.
 */
export function luckOf(...keys: readonly number[]): Random {
  let state = 0
  for (const key of keys) {
    state = scrambled((state ^ key) + goldenRatio)
    state = scrambled((state ^ Math.floor(key / 2 ** 32)) + goldenRatio)
  }
  return () => {
    state = (state + goldenRatio) | 0
    return (scrambled(state) >>> 0) / 2 ** 32
  }
}

function scrambled(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
