// How long can one answer keep the classifier of failures busy? Sends it hostile texts of 100 KB, and compares lengths.
import { availableParallelism, cpus } from 'node:os'

import { CommandLine } from '../command-line.ts'
import { attacks } from './attacks.ts'
import { costOf, rounds } from './measure.ts'
import type { Cost } from './measure.ts'

/** Longest time that one answer may take, in ms. */
const barMs = 10
/** Largest ratio of the times of two lengths of which one is twice the other; above it a pattern is not linear. */
const barRatio = 3
/** Below this a ratio is that of the timer, in ms. */
const shortestMs = 0.1
const listed = 12

const usage = `How long can one error text keep the classifier of failures busy?

  --times N   how often each is classified in a round (default 4)
  --all       all answers in the table, not only the slowest`

const commandLine = new CommandLine(usage, {
  times: { type: 'string', default: '4' },
  all: { type: 'boolean', default: false },
})
const times = commandLine.wholeNumber('times', commandLine.given.times, 1_000)

const costs = attacks
  .map((attack) => costOf(attack, times))
  .toSorted((one, other) => other.worstMs - one.worstMs)
const timed = costs.filter((cost) => cost.leastMs >= shortestMs)
const worstMs = costs[0]?.worstMs ?? Number.NaN
const lower = steepest('lower')
const met = worstMs <= barMs && lower.lower <= barRatio

console.log(`node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`)
console.log(
  `${costs.length} hostile answers, each classified ${times * rounds} times at 30, 50, 60 and 100 KB\n`,
)
console.log(table(commandLine.given.all ? costs : costs.slice(0, listed)))
console.log(
  `\nworst time of one answer: ${worstMs.toFixed(2)} ms (bar ${barMs} ms) ${verdict(worstMs <= barMs)}`,
)
console.log(`of the ${timed.length} whose least time is at least ${shortestMs} ms, steepest from`)
console.log(
  `  30 to 60 KB: ${lower.lower.toFixed(2)} (bar ${barRatio}) ${verdict(lower.lower <= barRatio)}: ${lower.name}`,
)
// JSON that the bound of 65,536 characters cuts is read as text, which is another way and may be a longer one.
console.log(`  50 to 100 KB: ${steepest('upper').upper.toFixed(2)}: ${steepest('upper').name}`)
process.exitCode = met ? 0 : 1

function steepest(ratio: 'lower' | 'upper'): Cost {
  return timed.reduce((one, other) => (other[ratio] > one[ratio] ? other : one))
}

function table(lines: readonly Cost[]): string {
  const head = ['worst ms', 'least ms', '100/50 KB', '60/30 KB', 'answer']
  const rows = lines.map(({ worstMs, leastMs, upper, lower, name }) =>
    [worstMs.toFixed(3), leastMs.toFixed(3), upper.toFixed(2), lower.toFixed(2)]
      .map((cell) => cell.padStart(9))
      .concat(name),
  )
  return [head.map((cell) => cell.padStart(9)), ...rows].map((row) => row.join('  ')).join('\n')
}

function verdict(met: boolean): string {
  return met ? 'ok' : 'short'
}
