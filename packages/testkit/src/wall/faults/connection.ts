import type { Fault } from '../fault.ts'

/** Faults in the life of a connection (15–38). */
export const connectionFaults: readonly Fault[] = []
