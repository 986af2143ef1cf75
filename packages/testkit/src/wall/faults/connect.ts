import type { Fault } from '../fault.ts'

/** Faults of names, connections and TLS (1–14). */
export const connectFaults: readonly Fault[] = []
