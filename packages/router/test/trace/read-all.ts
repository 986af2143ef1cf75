import { TraceReader } from '../../src/trace/index.ts'
import type { TraceCall, TraceReaderCounts, TraceRecord } from '../../src/trace/index.ts'

/** All that a text holds. */
export function readAll(text: string): {
  readonly records: readonly TraceRecord[]
  readonly calls: readonly TraceCall[]
  readonly counts: TraceReaderCounts
} {
  const reader = new TraceReader()
  const records = [...reader.read(text), ...reader.end()]
  return { records, calls: records.filter((record) => record.type === 'call'), counts: reader.counts }
}
