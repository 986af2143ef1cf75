export { TraceError } from './trace-error.ts'
export { TraceReader } from './trace-reader.ts'
export type { TraceReaderCounts } from './trace-reader.ts'
export { traceLineOf } from './trace-line.ts'
export { traceBounds, traceFormat, traceVersion } from './trace-record.ts'
export type {
  TraceAttempt,
  TraceCall,
  TraceCandidate,
  TraceDropped,
  TraceEndpoint,
  TraceExclusion,
  TraceHeader,
  TraceOptions,
  TraceRecord,
  TraceUnavailable,
} from './trace-record.ts'
export { traceRecorder, traceRecorderDefaults } from './trace-writer.ts'
export type { TraceCounts, TraceRecorder, TraceRecorderOptions } from './trace-writer.ts'
