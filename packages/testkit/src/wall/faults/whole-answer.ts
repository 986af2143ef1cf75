import type { Fault } from '../fault.ts'
import { strangeBodyFaults } from './whole-answer-bodies.ts'
import { strangeBytesFaults } from './whole-answer-bytes.ts'

/** A 200 that is no success (90–102). */
export const wholeAnswerFaults: readonly Fault[] = [...strangeBodyFaults, ...strangeBytesFaults]
