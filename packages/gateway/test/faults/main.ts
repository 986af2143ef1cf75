import { allFaults } from '@nextbest/testkit/wall'
import { runPublicFaults } from '../public-faults/run-public-faults.ts'
import { faultUsage, parseFaultOptions } from './options.ts'
import type { FaultOptions } from './options.ts'
import { runPairs } from './pairs/run-pairs.ts'
import { runFault } from './run-fault.ts'
import type { FaultReport } from './run-fault.ts'
import { Suite } from './suite.ts'
import { faultsPage } from './table.ts'

process.exitCode = await main(process.argv.slice(2))

/** Returns the exit code: 0, 1 when something was not as required, 2 for wrong arguments. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseFaultOptions(args)
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${faultUsage}\n`)
    return 2
  }
  if (options.help) {
    say(faultUsage)
    return 0
  }
  if (options.table) {
    process.stdout.write(faultsPage(allFaults))
    return 0
  }
  if (options.public) return (await runPublicFaults({ firstSeed: options.seed, say })) ? 0 : 1
  return options.pairs === undefined ? playFaults(options) : playPairs(options.pairs, options.seed)
}

async function playFaults({ only, modes }: FaultOptions): Promise<number> {
  await using suite = await Suite.open()
  let failed = 0
  const faults = allFaults.filter(({ number }) => only === undefined || only.includes(number))
  for (const fault of faults) {
    const report = await runFault(suite, fault, modes)
    if (report.differences.length > 0) failed += 1
    say(lineOf(report))
  }
  say(`${faults.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

async function playPairs(pairs: number, seed: number): Promise<number> {
  await using suite = await Suite.open()
  const violations = await runPairs(suite, { faults: allFaults, pairs, seed, onViolation: say })
  say(`${pairs} pairs, ${violations} violations`)
  return violations === 0 ? 0 : 1
}

function lineOf({ fault, runs, differences }: FaultReport): string {
  const result = differences.map(({ words, runs }) => `${words} [${runs.join(', ')}]`).join('; ')
  const variants = Object.keys(fault.variants).join(', ')
  return `${fault.number} ${fault.name}: ${result || 'pass'} (${runs} runs of ${variants})`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
