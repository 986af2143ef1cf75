// How well does nextbest route? Every policy meets the same simulated worlds, request by request, with the same luck.
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import { CommandLine } from '../command-line.ts'
import { barLines } from './bars.ts'
import { chartOf } from './charts.ts'
import { contenders } from './contenders.ts'
import { jobsOf } from './jobs.ts'
import { reportOf } from './report.ts'
import { cellsOf } from './summary.ts'
import type { Cell } from './summary.ts'
import { scenarios } from './testkit.ts'
import { workOff } from './workers.ts'

const usage = `How well does nextbest route? Every policy meets the same simulated worlds, request by request, with the same luck.

  --quick           two minutes instead of twenty: one seed, shorter worlds
  --scenario NAME   this scenario; may be given again (default all)
  --policy NAME     this policy; may be given again (default all)
  --seeds N         seeds, with intervals over them (default 3, quick 1)
  --threads N       worker threads (default one for each core)
  --json FILE       every run, as numbers
  --charts FOLDER   a chart for each scenario and objective`

const commandLine = new CommandLine(usage, {
  quick: { type: 'boolean', default: false },
  scenario: { type: 'string', multiple: true, default: [] },
  policy: { type: 'string', multiple: true, default: [] },
  seeds: { type: 'string' },
  threads: { type: 'string' },
  json: { type: 'string' },
  charts: { type: 'string' },
})
const { quick, scenario, policy, seeds = quick ? '1' : '3', json, charts } = commandLine.given
const { threads: givenThreads = String(availableParallelism()) } = commandLine.given
commandLine.requireKnown('scenario', scenario, scenarios)
commandLine.requireKnown('policy', policy, contenders)
const jobs = jobsOf({
  quick,
  scenarios: scenario,
  policies: policy,
  seeds: commandLine.wholeNumber('seeds', seeds, 1_000),
})
const threads = commandLine.wholeNumber('threads', givenThreads, 1_000)
const startedAtMs = performance.now()
const results = await workOff(jobs, {
  threads,
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
if (json !== undefined) {
  await writeFile(json, `${JSON.stringify({ bars: barLines(cells), runs: results }, null, 1)}\n`)
}
if (charts !== undefined) await writeCharts(charts, cells)

async function writeCharts(folder: string, all: readonly Cell[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [key, here] of Map.groupBy(all, ({ scenario, objective }) => `${scenario.name}-${objective}`)) {
    await writeFile(join(folder, `${key}.svg`), chartOf(here))
  }
}
