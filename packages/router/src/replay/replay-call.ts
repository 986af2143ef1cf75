import { failurePolicies } from '@nextbest/core'
import type { Demand } from '@nextbest/core'
import type { TraceCall, TraceRecord } from '../trace/trace-record.ts'
import { EventHeap } from './event-heap.ts'

/** A call of which nothing is known but what it needed, as in published traces of inference servers. */
export interface DemandRecord {
  readonly type: 'demand'
  readonly atMs: number
  readonly demand: Demand
  /** Tokens of its answer. */
  readonly outputTokens: number
}

export type ReplayRecord = TraceRecord | DemandRecord

/** A call that is to be played again. */
export interface ReplayCall {
  /** In ms on a clock that never goes back, whoever wrote the trace. */
  readonly atMs: number
  readonly demand: Demand
  /** What the router wrote of it; absent where only its demand is known. */
  readonly logged: TraceCall | undefined
  /**
   * Ids of the endpoints that could serve it, but for the state of their guards: in order, each on a line. Undefined where all that
   * offer the model could.
   */
  readonly offered: string | undefined
  /** Tokens that a whole answer has, where that is known. */
  readonly outputTokens: number | undefined
}

/** Calls that may be kept back to put them in order: traces are in the order of ends. */
const mostKept = 4_096

/**
 * Puts the calls of a trace in the order of their starts, as far as 4,096 calls allow; a later one is played when it comes. Where
 * another process went on with the trace, its calls follow those before: how long nothing was written is not known.
 */
export class CallOrder {
  /** Calls that came too late for their place. */
  late = 0
  readonly #kept = new EventHeap<ReplayCall>()
  #shiftMs: number | undefined
  #endMs: number | undefined
  #playedMs = -Infinity

  /** Another process writes from here on. */
  beginSegment(): void {
    this.#shiftMs = undefined
  }

  /** Takes the next call of the trace. Returns the one whose turn it is, if there is one. */
  add(record: TraceCall | DemandRecord): ReplayCall | undefined {
    const durationMs = record.type === 'call' ? record.durationMs : 0
    this.#shiftMs ??= (this.#endMs ?? record.atMs) - record.atMs
    const atMs = record.atMs + this.#shiftMs
    this.#endMs = Math.max(this.#endMs ?? atMs, atMs + durationMs)
    this.#kept.add(atMs, callOf(record, atMs))
    return this.#kept.size > mostKept ? this.#next() : undefined
  }

  /** The calls that are left, in their order. */
  *rest(): Generator<ReplayCall> {
    for (let call = this.#next(); call !== undefined; call = this.#next()) yield call
  }

  #next(): ReplayCall | undefined {
    const call = this.#kept.take()?.item
    if (call === undefined) return undefined
    if (call.atMs >= this.#playedMs) {
      this.#playedMs = call.atMs
      return call
    }
    this.late += 1
    return { ...call, atMs: this.#playedMs }
  }
}

function callOf(record: TraceCall | DemandRecord, atMs: number): ReplayCall {
  const { demand } = record
  if (record.type === 'demand') {
    return { atMs, demand, logged: undefined, offered: undefined, outputTokens: record.outputTokens }
  }
  const whole = record.outcome === 'answered' ? record.usage?.completionTokens : undefined
  const offered = [...record.candidates, ...record.unavailable].map((one) => one.endpoint)
  return { atMs, demand, logged: record, offered: offered.sort().join('\n'), outputTokens: whole }
}

/** Why a call says nothing of policies: its caller ended it, or it was at fault itself, whoever had served it. */
export function irrelevance({ logged }: ReplayCall): 'aborted' | 'at-fault' | undefined {
  if (logged === undefined) return undefined
  if (logged.outcome === 'aborted') return 'aborted'
  return logged.attempts.some(isAtFault) ? 'at-fault' : undefined
}

function isAtFault({ failure }: TraceCall['attempts'][number]): boolean {
  if (failure === undefined || failure === 'deadline-exceeded') return false
  return failurePolicies[failure].next === 'stop'
}
