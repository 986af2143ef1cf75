import type { Fault } from '../fault.ts'
import { eventFormFaults } from './event-forms.ts'
import { streamCutFaults } from './stream-cuts.ts'
import { streamEndFaults } from './stream-ends.ts'
import { streamErrorFaults } from './stream-errors.ts'
import { streamStallFaults } from './stream-stalls.ts'
import { toolCallFaults } from './tool-calls.ts'

/** Streams that end, stall or say something else (103–122). */
export const streamFaults: readonly Fault[] = [
  ...streamCutFaults,
  ...streamErrorFaults,
  ...streamStallFaults,
  ...streamEndFaults,
  ...toolCallFaults,
  ...eventFormFaults,
].toSorted((one, other) => one.number - other.number)
