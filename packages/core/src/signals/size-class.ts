/** Class of a prompt by its tokens: 0 up to 1,000, 1 up to 8,000, 2 up to 64,000, 3 above. */
export type SizeClass = 0 | 1 | 2 | 3

/**
 * Largest prompt of each class but the last, in tokens, inclusive. Latencies of different classes are not
 * compared.
 */
export const sizeClassBounds: readonly [number, number, number] = Object.freeze([
  1_000, 8_000, 64_000,
] as const)

/** Returns the size class of a prompt. */
export function sizeClassOf(promptTokens: number): SizeClass {
  if (promptTokens <= sizeClassBounds[0]) return 0
  if (promptTokens <= sizeClassBounds[1]) return 1
  return promptTokens <= sizeClassBounds[2] ? 2 : 3
}
