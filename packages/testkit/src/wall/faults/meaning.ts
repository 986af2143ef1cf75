import type { Fault } from '../fault.ts'

/** Well-formed answers of another meaning (123–126). */
export const meaningFaults: readonly Fault[] = []
