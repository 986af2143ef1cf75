/** Returns a number in [0, 1), uniformly distributed. */
export type Random = () => number
