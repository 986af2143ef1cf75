// What happens when providers die and clients go away? A real gateway over real sockets, and figures beside their bars.
import { cpus } from 'node:os'

import { CommandLine } from '../command-line.ts'
import { machineCpuUs } from '../overhead/processes.ts'
import { measureAborts } from './aborts.ts'
import type { AbortsSize } from './aborts.ts'
import { measureCollapse, windowSeconds } from './all-dead.ts'
import type { Collapse } from './all-dead.ts'
import { measureOutage } from './dead-provider.ts'
import type { Outage, OutageSize } from './dead-provider.ts'
import { waysToDie } from './provider.ts'
import type { WayToDie } from './provider.ts'
import {
  abortsTable,
  callersTable,
  collapseTable,
  recoveryTable,
  remainsTable,
  returnTable,
  wastedTable,
} from './tables.ts'
import { callsPerSecond, clockFactor, startWorld } from './world.ts'

const seed = 1

/** Calls before anything is measured: code is compiled. */
const warmUpCalls = 500

interface Size {
  readonly collapses: readonly (readonly WayToDie[])[]
  readonly outage: OutageSize
  readonly calmSeconds: number
  readonly aborts: AbortsSize
}

const thorough: Size = {
  collapses: [['error 500'], ['refuse', 'error 500', 'no answer']],
  outage: { before: 500, during: 2_000, perLook: 200, mostLooks: 80 },
  calmSeconds: 30,
  aborts: { seed, warmUp: 2_000, rounds: 5, perRound: 2_000, clients: 8 },
}
const quick: Size = {
  collapses: [['refuse', 'error 500', 'no answer']],
  outage: { before: 300, during: 500, perLook: 200, mostLooks: 6 },
  calmSeconds: 10,
  aborts: { seed, warmUp: 500, rounds: 2, perRound: 500, clients: 8 },
}

const usage = `What happens when providers die and clients go away?

  --quick   a minute instead of eight, with fewer calls`

const { given } = new CommandLine(usage, { quick: { type: 'boolean', default: false } })
const size = given.quick ? quick : thorough
const startedAtMs = performance.now()
const othersUs = otherCpuUs()
const tables = [...(await measureOutages()), ...(await measureCollapses()), ...(await measureAbandonment())]
printAll()

async function measureOutages(): Promise<ReturnType<typeof callersTable>[]> {
  const outages: Outage[] = []
  const cases = [
    ...waysToDie.map((way) => ({ way, continueBroken: false })),
    { way: 'cut', continueBroken: true } as const,
  ]
  progress('warming up')
  const control = await startWorld({ seed })
  await control.traffic(warmUpCalls)
  for (const { way, continueBroken } of cases) {
    progress(`one of three: ${way}${continueBroken ? ', continued' : ''}`)
    outages.push(await measureOutage({ way, continueBroken, seed, size: size.outage, control }))
  }
  await control.close()
  return [callersTable(outages), wastedTable(outages), recoveryTable(outages)]
}

async function measureCollapses(): Promise<ReturnType<typeof callersTable>[]> {
  const results: Collapse[] = []
  for (const ways of size.collapses) {
    progress(`all three: ${ways.join(', ')}`)
    results.push(await measureCollapse(ways, { seed, calmSeconds: size.calmSeconds }))
  }
  return [collapseTable(results), returnTable(results)]
}

async function measureAbandonment(): Promise<ReturnType<typeof callersTable>[]> {
  progress('clients go away')
  const result = await measureAborts(size.aborts)
  return [abortsTable(result), remainsTable(result)]
}

function printAll(): void {
  const seconds = (performance.now() - startedAtMs) / 1_000
  const { model } = cpus()[0] ?? { model: 'unknown' }
  const others = (100 * (otherCpuUs() - othersUs)) / (seconds * 1e6 * cpus().length)
  console.log(
    `node ${process.version}, ${cpus().length} cores (${model}), seed ${seed}, ${seconds.toFixed(0)} s`,
  )
  console.log(
    `all but this process used ${others.toFixed(0)} % of the machine meanwhile, the gateway of the aborts included`,
  )
  console.log(
    `the router's clock runs ${clockFactor} times as fast as the wall clock; ${callsPerSecond} calls come in a second of it, half of them streamed`,
  )
  console.log(`window: the ${windowSeconds} s in which a model's last good attempts still count\n`)
  console.log(tables.map(({ text }) => text).join('\n\n'))
  const bars = tables.reduce((sum, table) => sum + table.bars, 0)
  const met = tables.reduce((sum, table) => sum + table.met, 0)
  console.log(`\n${met} of ${bars} figures with a bar meet it`)
}

/** Processor time that the machine has spent on other processes. */
function otherCpuUs(): number {
  const { user, system } = process.cpuUsage()
  return machineCpuUs() - user - system
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}
