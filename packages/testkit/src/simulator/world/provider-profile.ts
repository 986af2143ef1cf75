/** What a provider of the world is like when all is well. */
export interface ProviderProfile {
  /** Its slug: `p0` … `p4` in the base world. */
  readonly name: string
  /** US dollars per million tokens. */
  readonly promptUsdPerMillion: number
  readonly outputUsdPerMillion: number
  /** Median time to the first token of an empty prompt, in ms. */
  readonly ttftMs: number
  /** Prompt tokens that it reads in a millisecond. */
  readonly promptTokensPerMs: number
  /** Prompts above so many tokens are read so many times slower, all of their tokens. Default: none. */
  readonly slowPrompts?: { readonly aboveTokens: number; readonly factor: number }
  readonly outputTokensPerSecond: number
  /** Share of attempts that fail in the background, 0..1: 60 % errors, 20 % hangs, 20 % cut streams. */
  readonly failureRate: number
  readonly requestsPerMinute: number
  /** Attempts in flight at which it is full. */
  readonly fullAt: number
  /** Prompts of conversations are cached: price of a cached token as a share, and how long it is kept. Default: not. */
  readonly cache?: { readonly priceShare: number; readonly keptMs: number }
  /** What it says of its limits in headers. Default: nothing. */
  readonly headers?: 'lies'
}

/** The five providers of the base world: the cheaper, the slower. Source: choice, in the range of hosted models of one kind. */
export const baseProviders: readonly ProviderProfile[] = Object.freeze([
  profile('p0', [0.25, 0.75], { ttftMs: 900, reads: 4, writes: 35, failureRate: 0.015, limits: [300, 60] }),
  profile('p1', [0.35, 1], { ttftMs: 600, reads: 6, writes: 60, failureRate: 0.007, limits: [400, 60] }),
  profile('p2', [0.5, 1.5], { ttftMs: 400, reads: 8, writes: 90, failureRate: 0.004, limits: [600, 60] }),
  profile('p3', [0.9, 2.7], { ttftMs: 300, reads: 12, writes: 150, failureRate: 0.003, limits: [600, 60] }),
  profile('p4', [1.2, 3.6], { ttftMs: 200, reads: 30, writes: 300, failureRate: 0.005, limits: [60, 20] }),
])

interface Pace {
  readonly ttftMs: number
  readonly reads: number
  readonly writes: number
  readonly failureRate: number
  readonly limits: readonly [requestsPerMinute: number, fullAt: number]
}

function profile(name: string, prices: readonly [number, number], pace: Pace): ProviderProfile {
  return Object.freeze({
    name,
    promptUsdPerMillion: prices[0],
    outputUsdPerMillion: prices[1],
    ttftMs: pace.ttftMs,
    promptTokensPerMs: pace.reads,
    outputTokensPerSecond: pace.writes,
    failureRate: pace.failureRate,
    requestsPerMinute: pace.limits[0],
    fullAt: pace.limits[1],
  })
}
