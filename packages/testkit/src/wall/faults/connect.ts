import type { Fault } from '../fault.ts'
import { connectionAttemptFaults } from './connection-attempts.ts'
import { nameFaults } from './names.ts'
import { proxyFaults } from './proxies.ts'
import { tlsFaults } from './tls.ts'

/** Faults of names, connections and TLS (1–14). */
export const connectFaults: readonly Fault[] = [
  ...nameFaults,
  ...connectionAttemptFaults,
  ...tlsFaults,
  ...proxyFaults,
]
