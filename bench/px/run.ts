// How well does nextbest route? Every policy meets the same simulated worlds, request by request, with the same luck.
// Usage: node --conditions=@nextbest/source run.ts [--quick] [--scenario name] [--policy name] [--seeds n] [--threads n]
//   [--json file] [--charts folder]
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { barLines } from './bars.ts'
import { chartOf } from './charts.ts'
import { contenders } from './contenders.ts'
import { jobsOf } from './jobs.ts'
import { reportOf } from './report.ts'
import { cellsOf } from './summary.ts'
import type { Cell } from './summary.ts'
import { scenarios } from './testkit.ts'
import { workOff } from './workers.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    scenario: { type: 'string', multiple: true, default: [] },
    policy: { type: 'string', multiple: true, default: [] },
    seeds: { type: 'string' },
    threads: { type: 'string' },
    json: { type: 'string' },
    charts: { type: 'string' },
  },
})

requireKnown('scenario', options.scenario, scenarios)
requireKnown('policy', options.policy, contenders)
const jobs = jobsOf({
  quick: options.quick,
  scenarios: options.scenario,
  policies: options.policy,
  seeds: wholeNumber('seeds', options.seeds, options.quick ? 1 : 3),
})
const startedAtMs = performance.now()
const results = await workOff(jobs, {
  threads: wholeNumber('threads', options.threads, availableParallelism()),
  progress: (done, all) => {
    if (done % 10 === 0 || done === all) process.stderr.write(`${done} of ${all} runs\n`)
  },
})
const cells = cellsOf(results)
console.log(reportOf(cells))
const requests = results.reduce((sum, run) => sum + run.requests, 0)
const tookSeconds = (performance.now() - startedAtMs) / 1_000
console.log(
  `\n${results.length} runs, ${requests} requests in ${tookSeconds.toFixed(0)} s: ${(requests / tookSeconds).toFixed(0)} requests/s`,
)
if (options.json !== undefined) {
  await writeFile(options.json, `${JSON.stringify({ bars: barLines(cells), runs: results }, null, 1)}\n`)
}
if (options.charts !== undefined) await writeCharts(options.charts, cells)

async function writeCharts(folder: string, all: readonly Cell[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [key, here] of Map.groupBy(all, ({ scenario, objective }) => `${scenario.name}-${objective}`)) {
    await writeFile(join(folder, `${key}.svg`), chartOf(here))
  }
}

function requireKnown(name: string, given: readonly string[], known: readonly { name: string }[]): void {
  const unknown = given.find((one) => known.every((other) => other.name !== one))
  if (unknown === undefined) return
  throw new RangeError(`--${name}: "${unknown}" is none of ${known.map((one) => one.name).join(', ')}`)
}

function wholeNumber(name: string, given: string | undefined, fallback: number): number {
  if (given === undefined) return fallback
  const value = Number(given)
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value
  throw new RangeError(`--${name}: must be an integer from 1 to 1000, and is ${given}`)
}
