import type { Fault } from '../fault.ts'
import { badRequestFaults } from './status-400.ts'
import { throttleFaults } from './status-429.ts'
import { requestFaults } from './status-4xx.ts'
import { serverFaults } from './status-5xx.ts'
import { accountFaults } from './status-account.ts'

/** Answers with an error status (39–81). */
export const statusFaults: readonly Fault[] = [
  ...badRequestFaults,
  ...accountFaults,
  ...requestFaults,
  ...throttleFaults,
  ...serverFaults,
]
