import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { traceRecorder } from 'nextbest/trace'
import type { TraceRecorder } from 'nextbest/trace'

/** A file that a trace of calls is appended to. */
export interface TraceFile {
  /** Listens to a router. */
  readonly listen: TraceRecorder
  /** Writes what waits, and closes the file. */
  close(): Promise<void>
}

export interface TraceFileOptions {
  readonly path: string
  /** Told once, when something could not be written. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Opens a file to append a trace to, or makes it.
 * @throws The system's error when it cannot be opened.
 */
export async function openTraceFile({ path, onFailure }: TraceFileOptions): Promise<TraceFile> {
  const file = await open(path, 'a')
  // What another process wrote last may have broken off: then it must not take our first line with it.
  let separator = (await isEmpty(file)) ? '' : '\n'
  let failed = false
  const listen = traceRecorder({
    async write(text) {
      try {
        await file.appendFile(`${separator}${text}`)
        separator = ''
      } catch (error) {
        if (!failed) onFailure(error)
        failed = true
        throw error
      }
    },
  })
  return {
    listen,
    async close() {
      await listen.flush()
      await file.close()
    },
  }
}

async function isEmpty(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  return size === 0
}
