import type { Fault } from '../fault.ts'

/** A 200 that is no success (90–102). */
export const wholeAnswerFaults: readonly Fault[] = []
