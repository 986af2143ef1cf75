import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { AzureCsvReader } from 'nextbest/replay'
import type { ReplayRecord } from 'nextbest/replay'
import { TraceError, TraceReader } from 'nextbest/trace'
import { errorCode } from './error-code.ts'
import { UsageError } from './usage-error.ts'

/** Bytes that are read at once. */
const pieceBytes = 262_144

/** Bytes by which the shape of a file is told. */
const headBytes = 128

/** A file of recorded calls. */
export interface ReplayFile {
  /** Whether it tells what calls needed, and nothing of what became of them. */
  readonly demandOnly: boolean
  /** Reads it from its beginning up to where it ended when it was opened. */
  read(): AsyncIterable<readonly ReplayRecord[]>
  /** What the last reading came across. */
  counts(): ReplayFileCounts
}

export interface ReplayFileCounts {
  /** Lines that break off. */
  readonly damaged: number
  /** Lines that only later versions know. */
  readonly unknown: number
  /** Calls that were not written, as the trace itself tells. */
  readonly dropped: number
}

interface RecordReader {
  read(text: string): readonly ReplayRecord[]
  end(): readonly ReplayRecord[]
}

/**
 * Opens a trace, or a file in the shape of Azure's published traces; `modelOf` says which model the latter asks for.
 * @throws UsageError when it cannot be read.
 */
export function openReplayFile(path: string, modelOf: () => string): ReplayFile {
  const { head, bytes } = headOf(path)
  let counts: ReplayFileCounts = { damaged: 0, unknown: 0, dropped: 0 }
  const demandOnly = AzureCsvReader.fits(head)
  const model = demandOnly ? modelOf() : ''

  function reader(): RecordReader {
    if (demandOnly) return new AzureCsvReader(model)
    const trace = new TraceReader()
    counts = trace.counts
    return trace
  }

  return {
    demandOnly,
    counts: () => counts,
    read: () => recordsIn(path, bytes, reader()),
  }
}

/** A file that grows meanwhile is read to the same place each time. */
async function* recordsIn(
  path: string,
  bytes: number,
  reader: RecordReader,
): AsyncGenerator<readonly ReplayRecord[]> {
  try {
    if (bytes > 0) {
      const pieces = createReadStream(path, { encoding: 'utf8', end: bytes - 1, highWaterMark: pieceBytes })
      for await (const piece of pieces) yield reader.read(String(piece))
    }
    yield reader.end()
  } catch (error) {
    throw readProblem(path, error)
  }
}

function headOf(path: string): { readonly head: string; readonly bytes: number } {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const head = Buffer.alloc(headBytes)
    const length = readSync(file, head, 0, headBytes, 0)
    return { head: head.toString('utf8', 0, length), bytes: fstatSync(file).size }
  } catch (error) {
    throw readProblem(path, error)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function readProblem(path: string, error: unknown): unknown {
  if (error instanceof TraceError) return new UsageError(`${path}:${error.line}: ${error.message}`)
  const code = errorCode(error)
  if (code === undefined) return error
  return new UsageError(code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read: ${code}`)
}
