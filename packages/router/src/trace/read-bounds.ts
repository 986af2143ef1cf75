/** Longest id of an endpoint or model, and longest word of a vocabulary, in characters. */
export const longestId = 512
export const longestWord = 64

/** For instants, whose clock begins anywhere. */
export const anyNumber: number = -Number.MAX_VALUE
