import { closedCases } from './breaker/closed-cases.ts'
import { openCases } from './breaker/open-cases.ts'
import { staleCases } from './breaker/stale-cases.ts'
import type { BreakerSubject } from './breaker/subject.ts'
import type { ContractCase } from './contract-case.ts'

export type { BreakerSubject } from './breaker/subject.ts'
export type { ContractCase } from './contract-case.ts'

/**
 * What every breaker promises, whatever it is made of. Holds for any options that `BreakerSubject` allows.
 */
export const breakerContract: readonly ContractCase<BreakerSubject>[] = [
  ...closedCases,
  ...openCases,
  ...staleCases,
]
