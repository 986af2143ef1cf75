import type { CallOutcome, Decision, Demand, RankingOptions, RoutingPreferences } from '@nextbest/core'

/** What a call was decided on and how it ended, for whoever writes decisions down. Nothing of what was asked or answered. */
export interface CallFacts {
  /** On the router's clock. */
  readonly startedAtMs: number
  readonly timeoutMs: number
  readonly demand: Demand
  readonly preferences: RoutingPreferences
  readonly ranking: RankingOptions
  /** With all that it saw; the signals of its endpoints have moved on since. Not enumerable: it leads to the router's insides. */
  readonly decision: Decision
  readonly outcome: CallOutcome
}

/** Returns the facts of a call. Whatever prints an event, or makes it into JSON, leaves the decision alone. */
export function callFacts(
  record: Pick<CallFacts, 'startedAtMs' | 'decision'>,
  call: Pick<CallFacts, 'demand' | 'preferences'>,
  end: Pick<CallFacts, 'timeoutMs' | 'ranking' | 'outcome'>,
): CallFacts {
  return new Facts(record, call, end)
}

class Facts implements CallFacts {
  readonly startedAtMs: number
  readonly timeoutMs: number
  readonly demand: Demand
  readonly preferences: RoutingPreferences
  readonly ranking: RankingOptions
  readonly outcome: CallOutcome
  readonly #decision: Decision

  constructor(
    { startedAtMs, decision }: Pick<CallFacts, 'startedAtMs' | 'decision'>,
    { demand, preferences }: Pick<CallFacts, 'demand' | 'preferences'>,
    { timeoutMs, ranking, outcome }: Pick<CallFacts, 'timeoutMs' | 'ranking' | 'outcome'>,
  ) {
    this.startedAtMs = startedAtMs
    this.timeoutMs = timeoutMs
    this.demand = demand
    this.preferences = preferences
    this.ranking = ranking
    this.outcome = outcome
    this.#decision = decision
  }

  get decision(): Decision {
    return this.#decision
  }
}
