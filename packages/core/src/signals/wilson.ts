/**
 * Returns the lower end of Wilson's interval for a rate, in 0..1: `count` of `total` are compatible, at `z` standard
 * errors, with every rate above it. 0 without a total. Both may be decayed counts, `0 <= count <= total`.
 *
 * `(p + z²/2n − z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)`, with `p = count / total` and `n = total`. Unlike `p` itself it is
 * near 0 for a few, and it never rises by a miss nor falls by a hit. Default of `z`: 1.64, one-sided 95 %. Source: Wilson,
 * "Probable inference, the law of succession, and statistical inference" (JASA 1927).
 */
export function wilsonLowerBound(count: number, total: number, z = 1.64): number {
  if (!(total > 0)) return 0
  const rate = Math.min(1, count / total)
  const correction = (z * z) / total
  const spread = z * Math.sqrt((rate * (1 - rate)) / total + correction / (4 * total))
  return Math.max(0, (rate + correction / 2 - spread) / (1 + correction))
}
