import { errorWords } from '../../faults/checks/ending.ts'
import type { ObservedAnswer } from '../../faults/observation.ts'
import type { Restart } from './restart.ts'

/** What was seen of a restart. */
export interface ObservedRestart {
  readonly answer: ObservedAnswer
  /** Requests that the fallback saw. */
  readonly fallbackRequests: number
}

/** How a restart ended for its caller. */
export type RestartEnding =
  /** All that the fallback says, and each character of it once. */
  | 'whole'
  /** What was delivered before, exactly one error event that tells the first failure, and no end mark. */
  | 'broken'
  /** What must never be, in words. */
  | { readonly wrong: string }

/** Returns how a restart ended. A text of two answers, and a part that passes for the whole, are wrong whatever else is right. */
export function judgeRestart(restart: Restart, { answer, fallbackRequests }: ObservedRestart): RestartEnding {
  if (answer.unreadable !== undefined) return { wrong: answer.unreadable }
  if (answer.status !== 200)
    return { wrong: `status ${answer.status} ${answer.errors.map(errorWords).join()}` }
  if (fallbackRequests !== 1) return { wrong: `the fallback saw ${fallbackRequests} requests` }
  return answer.errors.length > 0 ? judgeBroken(restart, answer) : judgeWhole(restart, answer)
}

function judgeWhole({ pieces }: Restart, { text, endMarks, finishReasons }: ObservedAnswer): RestartEnding {
  if (text !== pieces.join('')) return { wrong: `a success with another text than the fallback’s: ${text}` }
  if (endMarks !== 1 || finishReasons.join() !== 'stop')
    return { wrong: `a success with ${endMarks} end marks that finishes with "${finishReasons.join()}"` }
  return 'whole'
}

function judgeBroken({ scenario }: Restart, answer: ObservedAnswer): RestartEnding {
  const { text, errors, endMarks, eventsAfterError } = answer
  const [error] = errors
  if (text !== scenario.delivered) return { wrong: `an error after another text than was delivered: ${text}` }
  if (errors.length !== 1 || endMarks !== 0 || eventsAfterError !== 0)
    return { wrong: `${errors.length} error events, ${endMarks} end marks, ${eventsAfterError} events after` }
  if (error?.code !== scenario.code) return { wrong: `an error of code ${String(error?.code)}` }
  return 'broken'
}

/** How a restart has to end: where what was delivered is a beginning of what the fallback says, that is the answer. */
export function requiredEnding({ kind }: Restart): 'whole' | 'broken' {
  return kind === 'differs within' ? 'broken' : 'whole'
}
