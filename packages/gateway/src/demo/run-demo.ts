import { environmentPort } from '../cli/port.ts'
import { runServer } from '../cli/run-server.ts'
import { startDemoWorld } from './demo-world.ts'
import { greeting } from './greeting.ts'
import { realUpstreams } from './real-providers.ts'

/** How long calls may go on when the demo is stopped, in ms. */
const demoDrainMs = 3_000

/**
 * Time for a whole call, in ms. One of the failures is to hang, which an answer that is not streamed may take for long
 * thinking until half of its time is gone: with the usual ten minutes, two of them would pass before the failover.
 */
const demoTimeoutMs = 60_000

export interface DemoOptions {
  /** Default: the environment's PORT, else 8787. */
  readonly port?: number
}

/** Serves make-believe providers, one of which keeps failing, until the process is told to stop. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const port = options.port ?? environmentPort(process.env)
  const real = realUpstreams(process.env)
  const world = await startDemoWorld(() => performance.now())
  try {
    await runServer({
      router: { upstreams: [...world.upstreams, ...real], timeoutMs: demoTimeoutMs },
      server: port === undefined ? {} : { port },
      drainMs: demoDrainMs,
      greeting: (url) => greeting(url, real),
    })
  } finally {
    await world.close()
  }
}
