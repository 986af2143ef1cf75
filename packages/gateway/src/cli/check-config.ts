import { createRouter } from 'nextbest'
import { routerOptionsOf } from '../config/router-options.ts'
import { readConfig } from './read-config.ts'
import { countsOf } from './serve.ts'
import { built } from './usage-error.ts'

/** Checks a configuration file as `serve` would, and prints what it holds. */
export async function checkConfig(file: string): Promise<void> {
  const config = readConfig(file)
  await built(() => createRouter(routerOptionsOf(config))).close()
  process.stdout.write(`${file} is ok: ${countsOf(config)}\n`)
}
