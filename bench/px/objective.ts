// What a run is judged by: money, time and failures in one currency.

/** Prices of waiting and of failing, in US dollars. */
export interface Objective {
  readonly name: 'balanced' | 'fastest'
  readonly usdPerSecond: number
  readonly failureUsd: number
}

export const objectives: readonly Objective[] = [
  { name: 'balanced', usdPerSecond: 1e-4, failureUsd: 0.01 },
  { name: 'fastest', usdPerSecond: 1e-2, failureUsd: 0.3 },
]

/** What became of a request. */
export interface RequestEnd {
  readonly usd: number
  /** From its arrival to its end, whatever the end. */
  readonly durationMs: number
  readonly answered: boolean
}

/** Loss of a request: money + v · seconds + the penalty of a failure. */
export function lossUsd({ usd, durationMs, answered }: RequestEnd, objective: Objective): number {
  return usd + (objective.usdPerSecond * durationMs) / 1_000 + (answered ? 0 : objective.failureUsd)
}
