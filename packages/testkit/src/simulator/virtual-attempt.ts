import type { ChatChunk, Clock, FailureEvidence, TimerHandle } from '@nextbest/core'
import type { AttemptHandle, AttemptListener } from 'nextbest'
import type { AttemptScript, AttemptStep } from './attempt-script.ts'
import { contentChunk, lastChunk, roleChunk, wholeAnswer } from './scripted-answer.ts'
import type { LedgerAttempt, LedgerEnding } from './upstream-ledger.ts'

export interface VirtualAttemptOptions {
  readonly attempt: LedgerAttempt
  readonly script: AttemptScript
  readonly listener: AttemptListener
  readonly clock: Clock
  /** Called once, when the attempt is over. */
  readonly whenOver: (attempt: LedgerAttempt) => void
}

type EndStep = Extract<AttemptStep, { readonly type: 'end' }>

/** Performs the script of one attempt: on one timer at most, and on none while it is paused, hangs or is over. */
export class VirtualAttempt implements AttemptHandle {
  readonly #options: VirtualAttemptOptions
  #next = 0
  #timer: TimerHandle | undefined
  #paused = false
  #over = false

  constructor(options: VirtualAttemptOptions) {
    checkScript(options.script)
    this.#options = options
    this.#arm()
  }

  cancel(): void {
    if (!this.#over) this.#end('cancelled')
  }

  pause(): void {
    this.#paused = true
    this.#timer?.cancel()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (!this.#over) this.#arm()
  }

  /** Ends the attempt by a failure, unless it is over. */
  fail(evidence: FailureEvidence): void {
    if (this.#over) return
    const { attempt, listener } = this.#options
    attempt.evidence = evidence
    this.#end('failed', () => listener.onFailure(evidence))
  }

  #arm(): void {
    const { script, attempt, clock } = this.#options
    const step = script[this.#next]
    if (step === undefined) return
    this.#timer = clock.setTimer(attempt.nowMs + step.afterMs, this.#play)
  }

  /** Does all that is due, as one read of a socket brings all that has come. */
  readonly #play = (): void => {
    try {
      this.#perform()
    } catch (error) {
      // What the listener threw; its message may hold anything.
      this.fail(thrown(error))
      return
    }
    if (!this.#over && !this.#paused) this.#arm()
  }

  #perform(): void {
    const { script, attempt, clock } = this.#options
    const nowMs = clock.nowMs()
    let told = false
    for (let step = script[this.#next]; step !== undefined; step = script[this.#next]) {
      if (this.#over || this.#paused || attempt.nowMs + step.afterMs > nowMs) break
      this.#next++
      if (step.type === 'failure' || step.type === 'end') return this.#conclude(step, told)
      told = this.#tell(step) || told
    }
    this.#batchEnd(told)
  }

  /** Returns whether a part was told. */
  #tell(step: Exclude<AttemptStep, { readonly type: 'end' | 'failure' }>): boolean {
    const { attempt, listener } = this.#options
    if (step.type === 'head') {
      listener.onResponse?.(step.status, step.headers)
      return false
    }
    if (step.type === 'content') attempt.pieces.push(step.text)
    if (!attempt.stream) return false
    if (step.type === 'content') this.#tellChunk(contentChunk(attempt, step.text), true)
    else this.#tellChunk(roleChunk(attempt), false)
    return true
  }

  #tellChunk(chunk: ChatChunk, content: boolean): void {
    this.#options.listener.onPart({ type: 'chunk', chunk, content })
  }

  #batchEnd(told: boolean): void {
    if (told && !this.#over) this.#options.listener.onBatchEnd?.()
  }

  #conclude(step: Extract<AttemptStep, { readonly type: 'end' | 'failure' }>, told: boolean): void {
    const { attempt } = this.#options
    if (step.type === 'failure' || attempt.pieces.length === 0) {
      this.#batchEnd(told)
      return this.fail(step.type === 'failure' ? step.evidence : { type: 'empty' })
    }
    return attempt.stream ? this.#endStream(step) : this.#endWhole(step)
  }

  #endStream({ usage }: EndStep): void {
    const { attempt, listener } = this.#options
    const chunk = lastChunk(attempt, usage)
    attempt.usage = usage
    listener.onPart(
      usage === undefined
        ? { type: 'chunk', chunk, content: false }
        : { type: 'chunk', chunk, content: false, usage },
    )
    this.#batchEnd(true)
    if (!this.#over) this.#end('answered', () => listener.onEnd())
  }

  #endWhole({ usage }: EndStep): void {
    const { attempt, listener } = this.#options
    attempt.usage = usage
    this.#end('answered', () => listener.onAnswer(wholeAnswer(attempt, usage), usage))
  }

  #end(ending: LedgerEnding, tell?: () => void): void {
    const { attempt, clock, whenOver } = this.#options
    this.#over = true
    this.#timer?.cancel()
    attempt.ending = ending
    attempt.endedAtMs = clock.nowMs()
    whenOver(attempt)
    tell?.()
  }
}

function thrown(error: unknown): FailureEvidence {
  const name = error instanceof Error ? error.name : typeof error
  return { type: 'network', code: 'ERR_HANDLER', message: `a listener threw ${name}`, phase: 'receiving' }
}

function checkScript(script: AttemptScript): void {
  let beforeMs = 0
  for (const { afterMs } of script) {
    if (!(afterMs >= beforeMs && afterMs < Infinity)) {
      throw new RangeError(`afterMs must be a finite number of at least ${beforeMs}, got ${afterMs}`)
    }
    beforeMs = afterMs
  }
}
