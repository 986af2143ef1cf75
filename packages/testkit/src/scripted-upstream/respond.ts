import type { AnswerPlan } from './answer-plan.ts'
import { answerTo } from './answer.ts'
import { behaviourDefaults, type Behaviour } from './behaviour.ts'
import { breakOff, endingOf } from './ending.ts'
import type { Exchange } from './exchange.ts'
import { sendAnswer } from './json-writer.ts'
import { standardErrorBody } from './provider-error.ts'
import { streamAnswer } from './sse-writer.ts'

/** Answers a call as a behaviour says. */
export function respond(exchange: Exchange, behaviour: Behaviour): void {
  const { status, headers = {}, latencyMs = behaviourDefaults.latencyMs } = behaviour
  const ending = endingOf(behaviour)
  if (ending.place === 'before-headers') {
    exchange.wait(latencyMs, () => breakOff(exchange, ending.kind))
    return
  }
  if (status !== undefined && ending.kind !== 'reset' && ending.kind !== 'hang') {
    const body = behaviour.errorBody ?? standardErrorBody(status)
    exchange.wait(latencyMs, () => exchange.refuse({ status, headers, body }))
    return
  }
  const plan: AnswerPlan = { answer: answerTo(exchange.call, behaviour), behaviour, ending }
  if (exchange.call.stream) streamAnswer(exchange, plan)
  else sendAnswer(exchange, plan)
}
