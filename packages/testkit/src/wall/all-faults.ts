import type { Fault } from './fault.ts'
import { connectFaults } from './faults/connect.ts'
import { connectionFaults } from './faults/connection.ts'
import { meaningFaults } from './faults/meaning.ts'
import { rateHeaderFaults } from './faults/rate-headers.ts'
import { statusFaults } from './faults/status.ts'
import { streamFaults } from './faults/stream.ts'
import { wholeAnswerFaults } from './faults/whole-answer.ts'

/** The 126 faults, in order of their numbers. */
export const allFaults: readonly Fault[] = Object.freeze([
  ...connectFaults,
  ...connectionFaults,
  ...statusFaults,
  ...rateHeaderFaults,
  ...wholeAnswerFaults,
  ...streamFaults,
  ...meaningFaults,
])
