import type { FaultExpectation } from '@nextbest/testkit/wall'
import type { Observation } from '../observation.ts'

/** Compares what was seen of a call with what is required. Returns the difference in words, if there is one. */
export type Check = (observation: Observation, expectation: FaultExpectation) => string | undefined

/** Looks for what must never be, whatever is required. */
export type Invariant = (observation: Observation) => string | undefined
