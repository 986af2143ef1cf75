import type { AnswerPlan } from './answer-plan.ts'
import { completionOf } from './answer-wire.ts'
import { behaviourDefaults } from './behaviour.ts'
import { breakOff, tokensBefore } from './ending.ts'
import type { Exchange } from './exchange.ts'
import { standardErrorBody } from './provider-error.ts'

/** Sends an answer as one JSON body once it would have been generated, or the part of it before its ending. */
export function sendAnswer(exchange: Exchange, plan: AnswerPlan): void {
  const { behaviour, ending } = plan
  const { latencyMs = behaviourDefaults.latencyMs, tokensPerSecond = behaviourDefaults.tokensPerSecond } =
    behaviour
  const tokens = Math.min(plan.answer.tokens, tokensBefore(ending))
  if (behaviour.keepAliveComments === true) {
    exchange.begin(200, { ...jsonHeaders, ...behaviour.headers })
    exchange.keepAlive('\n')
  }
  exchange.wait(latencyMs + (1_000 * tokens) / tokensPerSecond, () => sendBody(exchange, plan))
}

const jsonHeaders = { 'content-type': 'application/json' }

function sendBody(exchange: Exchange, { answer, behaviour, ending }: AnswerPlan): void {
  const { response, call } = exchange
  const whole = Buffer.from(JSON.stringify(completionOf(answer)))
  const half = whole.subarray(0, whole.length >> 1)
  const { headers = {} } = behaviour
  switch (ending.kind) {
    case 'whole':
      exchange.begin(200, { ...jsonHeaders, 'content-length': String(whole.length), ...headers })
      call.tokensSent = answer.tokens * answer.choices
      response.end(whole)
      break
    case 'error':
      exchange.refuse({ status: 200, headers, body: behaviour.errorBody ?? standardErrorBody(500) })
      break
    case 'end':
    case 'malformed':
      exchange.refuse({ status: 200, headers, body: half.toString() })
      break
    case 'reset':
    case 'hang':
    case 'cut':
      exchange.begin(200, { ...jsonHeaders, 'content-length': String(whole.length), ...headers })
      if (ending.place === 'after-headers') response.flushHeaders()
      else response.write(half)
      breakOff(exchange, ending.kind)
  }
}
