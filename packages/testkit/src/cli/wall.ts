import { allFaults } from '../wall/all-faults.ts'
import type { ChosenFault } from '../wall/fault-choice.ts'
import { publicFaults } from '../wall/public-faults.ts'
import { startWall } from '../wall/wall.ts'
import { parseWallOptions, wallUsage } from './wall-options.ts'
import { faultList, originGreeting, publicFaultList, wallGreeting } from './wall-text.ts'

process.exitCode = await main(process.argv.slice(2))

/** Opens the wall as the command line says, until it is told to stop. Returns the exit code: 0, 1 when it cannot listen, 2 for wrong arguments. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseWallOptions(args)
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${wallUsage}\n`)
    return 2
  }
  const { help, list, fault, port } = options
  if (help || list) {
    say(help ? wallUsage : `${faultList(allFaults)}\n\n${publicFaultList(publicFaults)}`)
    return 0
  }
  return fault === undefined ? serveWall(port) : serveOrigin(fault)
}

async function serveWall(port: number): Promise<number> {
  try {
    await using wall = await startWall({ port })
    const stopped = toldToStop()
    say(wallGreeting(wall.baseUrl))
    await stopped
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

async function serveOrigin({ fault, variant }: ChosenFault): Promise<number> {
  if (variant.at === 'request') {
    process.stderr.write(
      `fault ${fault.number} answers requests: ask the wall for the model fault-${fault.number}\n`,
    )
    return 2
  }
  const origin = await variant.open()
  const stopped = toldToStop()
  say(await originGreeting(fault, origin))
  await stopped
  await origin.close()
  return 0
}

function toldToStop(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  process.once('SIGINT', resolve)
  process.once('SIGTERM', resolve)
  // An origin may have nothing that listens, and must last all the same.
  const alive = setInterval(() => undefined, 60_000)
  return promise.finally(() => clearInterval(alive))
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
