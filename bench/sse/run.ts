// Is our decoder of server-sent events right, whatever comes and however it is cut, and how fast is it?
// Usage: node --conditions=@nextbest/source run.ts [--cases n] [--seed n]
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'

import { fuzz, written } from './adapters.ts'
import type { FuzzReport } from './adapters.ts'
import { throughputReport } from './throughput.ts'

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
  },
})

const cases = wholeNumber('cases', options.cases)
const seed = wholeNumber('seed', options.seed)
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

function wholeNumber(name: string, given: string): number {
  const value = Number(given)
  if (Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000_000_000) return value
  throw new RangeError(`--${name}: must be an integer from 1 to 1,000,000,000,000, and is ${given}`)
}
