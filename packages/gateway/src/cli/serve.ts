import type { Config } from '../config/config.ts'
import { routerOptionsOf } from '../config/router-options.ts'
import { serverOptionsOf } from '../config/server-options.ts'
import { environmentPort } from './port.ts'
import { readConfig } from './read-config.ts'
import { runServer } from './run-server.ts'

export interface ServeOptions {
  readonly config: string
  readonly port?: number
  readonly host?: string
}

/** Serves the providers of a configuration file until the process is told to stop. */
export async function serve(options: ServeOptions): Promise<void> {
  const config = readConfig(options.config)
  const port = options.port ?? environmentPort(process.env)
  const server = {
    ...serverOptionsOf(config),
    ...(port === undefined ? {} : { port }),
    ...(options.host === undefined ? {} : { host: options.host }),
  }
  await runServer({
    router: routerOptionsOf(config),
    server,
    drainMs: config.server?.drain_ms,
    traceFile: config.trace?.file,
    greeting: (url) => `nextbest serves ${countsOf(config)} at ${url}/v1`,
  })
}

/** Tells how much a configuration holds, for people. */
export function countsOf({ upstreams }: Config): string {
  const endpoints = upstreams.flatMap((upstream) => upstream.models)
  const models = new Set(endpoints.map((endpoint) => endpoint.model))
  return [
    counted(models.size, 'model'),
    counted(endpoints.length, 'endpoint'),
    counted(upstreams.length, 'provider'),
  ].join(', ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
