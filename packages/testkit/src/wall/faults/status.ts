import type { Fault } from '../fault.ts'

/** Answers with an error status (39–81). */
export const statusFaults: readonly Fault[] = []
