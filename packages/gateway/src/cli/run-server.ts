import type { RouterEvent, RouterOptions } from 'nextbest'
import { createRouter } from 'nextbest'
import { coloursFor } from '../log/colours.ts'
import { createCallLog } from '../log/call-log.ts'
import { createLineBuffer } from '../log/line-buffer.ts'
import type { LineBuffer } from '../log/line-buffer.ts'
import { openTraceFile } from '../log/trace-file.ts'
import type { TraceFile } from '../log/trace-file.ts'
import { drainDefaultMs } from '../server/gateway.ts'
import { gatewayDefaults } from '../server/gateway-options.ts'
import type { GatewayServerOptions } from '../server/gateway-options.ts'
import { startGateway } from '../server/start-gateway.ts'
import { errorCode } from './error-code.ts'
import { listenProblem } from './port.ts'
import { built, UsageError } from './usage-error.ts'

export interface ServerPlan {
  readonly router: RouterOptions
  readonly server: Omit<GatewayServerOptions, 'router' | 'onFault'>
  /** How long calls may go on when the process is told to stop, in ms. Default: 30,000. */
  readonly drainMs?: number | undefined
  /** A file to append a trace of all calls to. Default: none is written. */
  readonly traceFile?: string | undefined
  /** Returns the lines to print once the server listens. */
  readonly greeting: (url: string) => string
}

/** Serves until the process is told to stop, drains, and returns. A second signal ends the process at once. */
export async function runServer(plan: ServerPlan): Promise<void> {
  const trace = plan.traceFile === undefined ? undefined : await openTrace(plan.traceFile)
  try {
    await serveTraced(plan, trace?.listen)
  } finally {
    await trace?.close()
  }
}

async function serveTraced(
  { router: routerOptions, server, drainMs, greeting }: ServerPlan,
  trace: ((event: RouterEvent) => void) | undefined,
): Promise<void> {
  const lines = createLineBuffer((text) => process.stdout.write(text))
  const log = terminalLog(lines)
  const onEvent = (event: RouterEvent): void => {
    log(event)
    trace?.(event)
  }
  const router = built(() => createRouter({ ...routerOptions, onEvent }))
  const port = server.port ?? gatewayDefaults.port
  const gateway = await startGateway({ ...server, router, onFault: reportFault }).catch(
    async (error: unknown) => {
      await router.close()
      throw listenProblem(error, port)
    },
  )
  process.stdout.write(`${greeting(gateway.url)}\n`)
  await stopSignal()
  const patienceMs = drainMs ?? drainDefaultMs
  process.stdout.write(
    `stopping: calls under way may take ${patienceMs} ms more; a second signal ends them now\n`,
  )
  await gateway.close({ drainMs: patienceMs })
  await router.close()
  lines.flush()
}

function openTrace(path: string): Promise<TraceFile> {
  const reasonOf = (error: unknown): string => errorCode(error) ?? 'unknown error'
  return openTraceFile({
    path,
    onFailure: (error) => process.stderr.write(`the trace ${path} cannot be written: ${reasonOf(error)}\n`),
  }).catch((error: unknown) => {
    throw new UsageError(`the trace ${path} cannot be written: ${reasonOf(error)}`)
  })
}

function terminalLog(lines: LineBuffer): (event: RouterEvent) => void {
  return createCallLog({
    write: (text) => lines.write(text),
    colours: coloursFor(process.stdout.isTTY, process.env),
    now: () => new Date(),
  })
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let signals = 0
    const stop = (): void => {
      signals += 1
      if (signals > 1) process.exit(1)
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  })
}

/** The stack tells where; the message might quote a prompt. */
function reportFault(error: unknown): void {
  const stack =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : []
  const name = error instanceof Error ? error.name : typeof error
  process.stderr.write(`internal error: ${[name, ...stack].join('\n')}\n`)
}
