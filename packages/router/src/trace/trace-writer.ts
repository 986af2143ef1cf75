import type { Endpoint } from '@nextbest/core'
import type { RouterEvent } from '../router-options.ts'
import { callRecordOf, endpointRecordOf, headerOf } from './call-record.ts'
import type { EndedCall } from './call-record.ts'
import { traceLineOf } from './trace-line.ts'
import { traceBounds } from './trace-record.ts'
import type { TraceCall, TraceRecord } from './trace-record.ts'

export interface TraceRecorderOptions {
  /**
   * Takes whole lines, each with its end, and keeps them in order. While a promise of it is pending, further lines wait, so that
   * what ends together is written together. Lines whose writing fails count as dropped.
   */
  readonly write: (text: string) => void | Promise<void>
  /** Characters that may wait; a call beyond is dropped, unless none waits. 0..1,073,741,824. Default: 4,194,304. */
  readonly maxWaitingCharacters?: number
}

export const traceRecorderDefaults: Required<Pick<TraceRecorderOptions, 'maxWaitingCharacters'>> =
  Object.freeze({ maxWaitingCharacters: 4_194_304 })

/** A listener for a router's `onEvent` that writes a trace. It never throws. */
export interface TraceRecorder {
  (event: RouterEvent): void
  /** Calls that were written, and that were not. */
  readonly counts: TraceCounts
  /** Resolves once all lines are written, or have failed to be. */
  flush(): Promise<void>
}

export interface TraceCounts {
  readonly written: number
  readonly dropped: number
}

/**
 * Returns a listener that writes a line for each call that ends; see docs/traces.md. Nothing that a caller or a provider has
 * written gets into a trace: no content, no names of tools, no messages of errors, no keys.
 *
 * @throws RangeError when an option is out of range.
 */
export function traceRecorder(options: TraceRecorderOptions): TraceRecorder {
  const lines = new TraceLines({ ...traceRecorderDefaults, ...options })
  const listen = (event: RouterEvent): void => {
    if (event.type === 'call-end' && event.facts !== undefined) {
      lines.add({ route: event.route, facts: event.facts })
    }
  }
  return Object.assign(listen, { counts: lines.counts, flush: () => lines.flush() })
}

/** Lines on their way to a file that may be slow. */
class TraceLines {
  readonly counts = { written: 0, dropped: 0 }
  readonly #options: Required<TraceRecorderOptions>
  /** Endpoints that the trace describes. */
  #described = new WeakSet<Endpoint>()
  #begun = false
  #waiting = ''
  #waitingCalls = 0
  /** Dropped calls that the trace does not tell of yet. */
  #untold = 0
  /** Whether the last text may have been written in part. */
  #broken = false
  #writing: Promise<void> | undefined

  constructor(options: Required<TraceRecorderOptions>) {
    const { maxWaitingCharacters } = options
    if (!(maxWaitingCharacters >= 0 && maxWaitingCharacters <= 1_073_741_824)) {
      throw new RangeError(`maxWaitingCharacters must be in 0..1073741824, got ${maxWaitingCharacters}`)
    }
    this.#options = options
  }

  add(call: EndedCall): void {
    try {
      const { text, described } = this.#textOf(call)
      const waiting = this.#waiting.length
      if (waiting > 0 && waiting + text.length > this.#options.maxWaitingCharacters) return this.#drop(1)
      this.#begun = true
      for (const endpoint of described) this.#described.add(endpoint)
      this.#waiting += text
      this.#waitingCalls += 1
    } catch {
      // A number that is not one, or a line beyond its bound.
      return this.#drop(1)
    }
    this.#write()
  }

  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  /** The line of a call, after those that must come before it. */
  #textOf(call: EndedCall): { readonly text: string; readonly described: readonly Endpoint[] } {
    const record = callRecordOf(call)
    const described = this.#undescribed(call, record)
    const lines = described.map((endpoint) => lineOf(endpointRecordOf(endpoint)))
    if (!this.#begun) lines.unshift(lineOf(headerOf(call.facts.ranking)))
    lines.push(lineOf(record))
    return { text: lines.join(''), described }
  }

  #undescribed(
    { facts: { decision } }: EndedCall,
    { candidates, unavailable }: TraceCall,
  ): readonly Endpoint[] {
    const endpoints = [...decision.ranked, ...decision.unavailable]
      .map(({ known }) => known.endpoint)
      .filter((endpoint) => !this.#described.has(endpoint))
    if (endpoints.length === 0) return endpoints
    const listed = new Set([...candidates, ...unavailable].map(({ endpoint }) => endpoint))
    return endpoints.filter(({ id }) => listed.has(id))
  }

  #drop(calls: number): void {
    this.counts.dropped += calls
    this.#untold += calls
  }

  #write(): void {
    if (this.#writing !== undefined || !this.#begun) return
    const batch = { calls: this.#waitingCalls, told: this.#untold }
    if (batch.calls + batch.told === 0) return
    const text = `${this.#broken ? '\n' : ''}${this.#waiting}${droppedLine(batch.told)}`
    this.#waiting = ''
    this.#waitingCalls = 0
    try {
      const writing = this.#options.write(text)
      if (writing === undefined) return this.#written(batch)
      this.#writing = writing.then(
        () => this.#settled(() => this.#written(batch)),
        () => this.#settled(() => this.#lost(batch)),
      )
    } catch {
      this.#lost(batch)
    }
  }

  #settled(tell: () => void): void {
    this.#writing = undefined
    tell()
    this.#write()
  }

  #written({ calls, told }: Batch): void {
    this.counts.written += calls
    this.#untold -= told
    this.#broken = false
  }

  /** Part of the text may have been written, and the header may not: what comes next begins anew, on a line of its own. */
  #lost({ calls }: Batch): void {
    this.#drop(calls + this.#waitingCalls)
    this.#waiting = ''
    this.#waitingCalls = 0
    this.#begun = false
    this.#described = new WeakSet()
    this.#broken = true
  }
}

interface Batch {
  readonly calls: number
  /** Dropped calls that it tells of. */
  readonly told: number
}

function droppedLine(lines: number): string {
  return lines === 0 ? '' : lineOf({ type: 'dropped', lines })
}

function lineOf(record: TraceRecord): string {
  const line = traceLineOf(record)
  if (line.length > traceBounds.lineCharacters) throw new RangeError('the line is too long')
  return `${line}\n`
}
