import type { Attack } from './attack.ts'
import { classify } from './core.ts'

/** What an attack costs, in ms. */
export interface Cost {
  readonly name: string
  /** Worst time at 100 KB, in the round in which it is least: what else the machine does would have to disturb every round. */
  readonly worstMs: number
  /** Least time at 100 KB. */
  readonly leastMs: number
  /** Least time at 100 KB by that at 50 KB. */
  readonly upper: number
  /** Least time at 60 KB by that at 30 KB, which the bound of 65,536 characters does not cut. */
  readonly lower: number
}

const kilobyte = 1_000
const warmUps = 5
/** Rounds for each length. */
export const rounds = 8

/** Measures one attack. `times`: how often a length is classified in a round; at least 1. */
export function costOf({ name, evidence }: Attack, times: number): Cost {
  const [first = [], ...others] = roundsOf(evidence, 100, times)
  const leastAt = (kilobytes: number): number => Math.min(...roundsOf(evidence, kilobytes, times).flat())
  const leastMs = Math.min(...first, ...others.flat())
  return {
    name,
    worstMs: Math.min(...[first, ...others].map((round) => Math.max(...round))),
    leastMs,
    upper: leastMs / leastAt(50),
    lower: leastAt(60) / leastAt(30),
  }
}

function roundsOf(
  evidence: Attack['evidence'],
  kilobytes: number,
  times: number,
): readonly (readonly number[])[] {
  const made = evidence(kilobytes * kilobyte)
  for (let turn = 0; turn < warmUps; turn += 1) timeOf(made)
  return Array.from({ length: rounds }, () => Array.from({ length: times }, () => timeOf(made)))
}

function timeOf(evidence: ReturnType<Attack['evidence']>): number {
  const startedAtMs = performance.now()
  const { message } = classify(evidence)
  const tookMs = performance.now() - startedAtMs
  if (message.length === 0 || message.length > 300) throw new Error('a message out of its bounds')
  return tookMs
}
