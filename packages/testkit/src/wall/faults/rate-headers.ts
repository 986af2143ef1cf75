import type { Fault } from '../fault.ts'

/** What is said of how long to stay away (82–89). */
export const rateHeaderFaults: readonly Fault[] = []
