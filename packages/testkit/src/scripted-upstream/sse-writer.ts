import { deltaEvents, doneEvent, eventOf, finishEvents, usageEvent } from './answer-wire.ts'
import type { AnswerPlan } from './answer-plan.ts'
import { behaviourDefaults } from './behaviour.ts'
import { breakOff, tokensBefore } from './ending.ts'
import type { Exchange } from './exchange.ts'
import { standardErrorBody } from './provider-error.ts'
import { wantsUsage } from './request-body.ts'

/** Tokens that fall due within this time are written together, so that fast streams need few timers. */
const tickMs = 5
/** Characters after which a write waits until the client has read them. */
const batchCharacters = 65_536

const eventStreamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }

/** Streams an answer as server-sent events, at the speed and up to the ending that its behaviour asks for. */
export function streamAnswer(exchange: Exchange, plan: AnswerPlan): void {
  const { latencyMs = behaviourDefaults.latencyMs, keepAliveComments, headers } = plan.behaviour
  const begin = (): void => exchange.begin(200, { ...eventStreamHeaders, ...headers })
  if (keepAliveComments === true) {
    begin()
    exchange.keepAlive(': keep-alive\n\n')
  }
  exchange.wait(latencyMs, () => {
    begin()
    if (plan.ending.place !== 'after-headers') {
      new StreamWriter(exchange, plan).start()
      return
    }
    exchange.response.flushHeaders()
    breakOff(exchange, plan.ending.kind)
  })
}

class StreamWriter {
  readonly #exchange: Exchange
  readonly #plan: AnswerPlan
  readonly #startedAtMs = performance.now()
  /** The next piece, and the tokens of those before it. */
  #next = 0
  #tokens = 0

  constructor(exchange: Exchange, plan: AnswerPlan) {
    this.#exchange = exchange
    this.#plan = plan
  }

  start(): void {
    this.#exchange.response.write(deltaEvents(this.#plan.answer, { role: 'assistant', content: '' }))
    this.#writeDue()
  }

  readonly #writeDue = (): void => {
    const { response } = this.#exchange
    const batch = this.#takeDue()
    const taken = batch === '' || response.write(batch)
    if (this.#tokens >= this.#lastToken()) this.#end()
    else if (taken) this.#exchange.wait(Math.max(tickMs, this.#msToNextToken()), this.#writeDue)
    else response.once('drain', this.#writeDue)
  }

  /** Returns the events of the pieces that are due, as many as make one write. */
  #takeDue(): string {
    const { answer } = this.#plan
    const until = Math.min(this.#tokensDue(), this.#lastToken())
    let batch = ''
    for (; this.#tokens < until && batch.length < batchCharacters; this.#next++) {
      const piece = answer.pieces[this.#next]
      if (piece === undefined) break
      batch += deltaEvents(answer, piece.delta)
      this.#tokens += piece.tokens
      this.#exchange.call.tokensSent += piece.tokens * answer.choices
    }
    return batch
  }

  #lastToken(): number {
    return Math.min(this.#plan.answer.tokens, tokensBefore(this.#plan.ending))
  }

  #tokensDue(): number {
    const { tokensPerSecond = behaviourDefaults.tokensPerSecond } = this.#plan.behaviour
    if (tokensPerSecond === Infinity) return Infinity
    return 1 + Math.floor(((performance.now() - this.#startedAtMs) * tokensPerSecond) / 1_000)
  }

  #msToNextToken(): number {
    const { tokensPerSecond = behaviourDefaults.tokensPerSecond } = this.#plan.behaviour
    return (this.#tokens / tokensPerSecond) * 1_000 - (performance.now() - this.#startedAtMs)
  }

  #end(): void {
    const { answer, behaviour, ending } = this.#plan
    const { response, call } = this.#exchange
    if (ending.kind === 'reset' || ending.kind === 'hang' || ending.kind === 'cut') {
      breakOff(this.#exchange, ending.kind)
      return
    }
    if (ending.kind === 'whole') {
      const usage = wantsUsage(call.body) ? usageEvent(answer) : ''
      response.end(finishEvents(answer) + usage + doneEvent)
      return
    }
    this.#exchange.fail()
    if (ending.kind === 'error') response.write(eventOf(behaviour.errorBody ?? standardErrorBody(500)))
    if (ending.kind === 'malformed')
      response.write(eventOf(`{"id":"${answer.id}","choices":[{"delta":{"content":"`))
    response.end()
  }
}
