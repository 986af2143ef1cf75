import { InvalidArgumentError } from 'commander'
import type { Environment } from '../config/environment.ts'
import { errorCode } from './error-code.ts'
import { UsageError } from './usage-error.ts'

const highestPort = 65_535

/** Reads the value of `--port`. */
export function portOption(text: string): number {
  const port = portOf(text)
  if (port === undefined) throw new InvalidArgumentError(`It must be a number from 0 to ${highestPort}.`)
  return port
}

/** Returns the port that the environment variable PORT states, if it is set. */
export function environmentPort(environment: Environment): number | undefined {
  const text = environment['PORT'] ?? ''
  if (text === '') return undefined
  const port = portOf(text)
  if (port === undefined)
    throw new UsageError(`PORT must be a number from 0 to ${highestPort}, and is "${text.slice(0, 20)}"`)
  return port
}

/** Returns what to say when a server could not be started; the error itself where that is a defect. */
export function listenProblem(error: unknown, port: number): unknown {
  const code = errorCode(error)
  if (code === 'EADDRINUSE') {
    return new UsageError(
      `port ${port} is in use; choose another with PORT=${port + 1} or --port ${port + 1}`,
    )
  }
  if (code === 'EACCES')
    return new UsageError(`port ${port} needs more rights; choose one above 1023 with --port`)
  return error instanceof RangeError ? new UsageError(error.message) : error
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : undefined
  return port !== undefined && port <= highestPort ? port : undefined
}
