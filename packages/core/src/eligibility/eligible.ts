import type { Endpoint } from '../catalog/endpoint.ts'
import type { Exclusion } from './exclusion.ts'
import type { EligibilityQuestion, ExclusionQuestion } from './question.ts'
import { eligibilityRules } from './rules.ts'
import type { EligibilityRule } from './rules.ts'

/** Endpoints that can serve a demand, and why the others cannot. */
export interface Eligibility {
  /** In the order given. */
  readonly candidates: Endpoint[]
  /** One for each endpoint that is no candidate, in the order given. */
  readonly exclusions: Exclusion[]
}

/** Sorts endpoints out by the rules. Every endpoint is either a candidate or excluded, once. */
export function eligible(endpoints: readonly Endpoint[], question: EligibilityQuestion): Eligibility {
  const { holdOf } = question
  const candidates: Endpoint[] = []
  const exclusions: Exclusion[] = []
  for (const endpoint of endpoints) {
    const exclusion = exclusionOf(
      endpoint,
      holdOf === undefined ? question : { ...question, hold: holdOf(endpoint) },
    )
    if (exclusion === undefined) candidates.push(endpoint)
    else exclusions.push(exclusion)
  }
  return { candidates, exclusions }
}

/** Returns why an endpoint cannot serve, by the first rule that says so, or nothing if it can. */
export function exclusionOf(endpoint: Endpoint, question: ExclusionQuestion): Exclusion | undefined {
  return exclusionBy(eligibilityRules, endpoint, question)
}

/** The same by some of the rules; see `rulesFor`. */
export function exclusionBy(
  rules: readonly EligibilityRule[],
  endpoint: Endpoint,
  question: ExclusionQuestion,
): Exclusion | undefined {
  for (const rule of rules) {
    const reason = rule.exclude(endpoint, question)
    if (reason !== undefined) return { endpoint: endpoint.id, rule: rule.name, reason }
  }
  return undefined
}
