// Is our decoder of server-sent events right, whatever comes and however it is cut, and how fast is it?
import { availableParallelism, cpus } from 'node:os'

import { CommandLine } from '../command-line.ts'
import { fuzz, written } from './adapters.ts'
import type { FuzzReport } from './adapters.ts'
import { throughputReport } from './throughput.ts'

const usage = `Is every stream of server-sent events read as it should be, however it is cut, and how fast?

  --cases N   random chunkings (default 1000000)
  --seed S    first seed (default 1)`
const most = 1_000_000_000_000

const commandLine = new CommandLine(usage, {
  cases: { type: 'string', default: '1000000' },
  seed: { type: 'string', default: '1' },
})
const cases = commandLine.wholeNumber('cases', commandLine.given.cases, most)
const seed = commandLine.wholeNumber('seed', commandLine.given.seed, most)
const startedAtMs = performance.now()
const report = fuzz({ cases, seed })
console.log(lines(report, (performance.now() - startedAtMs) / 1_000).join('\n'))
console.log(`\nnode ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`)
console.log(throughputReport())
process.exitCode = report.differences === 0 ? 0 : 1

function lines(report: FuzzReport, tookSeconds: number): readonly string[] {
  const { first, ...counts } = report
  return [
    `${counts.cases} random chunkings of ${counts.streams} random streams, seed ${seed}, in ${tookSeconds.toFixed(1)} s:`,
    `${counts.chunks} chunks, ${counts.bytes} bytes, ${counts.events} events;`,
    `${counts.unclosed} streams ended in an event, ${counts.overflows} had one above the bound`,
    `differences from the reference: ${counts.differences}`,
    ...(first === undefined
      ? []
      : [`first with --seed ${first.seed} --cases 4; its smallest form:`, written(first.smallest)]),
  ]
}
