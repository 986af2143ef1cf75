import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { allRules } from '../simulator/invariants/all.ts'
import { runSimulation } from '../simulator/simulation.ts'
import type { SimulationResult } from '../simulator/simulation-options.ts'
import { shrink } from '../simulator/shrink.ts'
import { drawSwarm } from '../simulator/swarm/swarm.ts'
import { violationReport } from '../simulator/violation-report.ts'
import { parseSimOptions, simUsage, type SimOptions } from './sim-options.ts'

process.exitCode = await main(process.argv.slice(2))

/** Runs the simulator as the command line says. Returns the exit code: 0, 1 after a violation, 2 for wrong arguments. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseSimOptions(args)
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${simUsage}\n`)
    return 2
  }
  if (options.help) {
    say(simUsage)
    return 0
  }
  return simulate(options)
}

async function simulate({ requests, seed, seeds }: SimOptions): Promise<number> {
  const calls = Math.ceil(requests / seeds)
  let tookMs = 0
  const results: SimulationResult[] = []
  for (let next = seed; next < seed + seeds; next++) {
    const startedAtMs = performance.now()
    const result = await runSimulation(drawSwarm(next, calls), { families: allRules })
    tookMs += performance.now() - startedAtMs
    results.push(result)
    say(`seed ${next}: ${result.calls} requests, ${daysOf(result.lastsMs)} days, ${result.hash}`)
    await reportViolations(result, calls)
  }
  return summarize(results, tookMs)
}

async function reportViolations(result: SimulationResult, calls: number): Promise<void> {
  const [violation] = result.violations
  if (violation === undefined) return
  const { seed } = result
  const shrunken = await shrink({ seed, calls, violation, families: allRules })
  for (const line of violationReport({ seed, calls, commit: commit(), violation, shrunken })) say(line)
}

function summarize(results: readonly SimulationResult[], tookMs: number): number {
  const requests = sum(results, (result) => result.calls)
  const violations = sum(results, (result) => result.violations.length)
  const endings = new Map<string, number>()
  for (const result of results) {
    for (const [ending, count] of result.endings) endings.set(ending, (endings.get(ending) ?? 0) + count)
  }
  const hash = createHash('sha256')
  for (const result of results) hash.update(result.hash)
  say(`requests ${requests}, seeds ${results.length}, attempts ${sum(results, (result) => result.attempts)}`)
  say(`virtual days ${daysOf(sum(results, (result) => result.lastsMs))}`)
  for (const [ending, count] of [...endings].sort((one, other) => other[1] - one[1]))
    say(`  ${ending} ${count}`)
  say(`violations ${violations}`)
  say(`requests/s ${Math.round((requests / tookMs) * 1_000)}`)
  say(`hash ${hash.digest('hex')}`)
  return violations === 0 ? 0 : 1
}

function sum(results: readonly SimulationResult[], of: (result: SimulationResult) => number): number {
  return results.reduce((total, result) => total + of(result), 0)
}

function daysOf(ms: number): string {
  return (ms / 86_400_000).toFixed(2)
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return 'unknown'
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
