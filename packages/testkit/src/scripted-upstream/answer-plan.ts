import type { Answer } from './answer.ts'
import type { Behaviour } from './behaviour.ts'
import type { Ending } from './ending.ts'

/** What is said to one request, how, and how it ends. */
export interface AnswerPlan {
  readonly answer: Answer
  readonly behaviour: Behaviour
  readonly ending: Ending
}
