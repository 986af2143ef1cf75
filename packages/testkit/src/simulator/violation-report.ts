import type { Shrunken } from './shrink.ts'
import type { Violation } from './invariant.ts'

export interface ViolationReportOptions {
  readonly seed: number
  readonly calls: number
  /** The version that was run. */
  readonly commit: string
  readonly violation: Violation
  /** Where one was found. */
  readonly shrunken: Shrunken | undefined
}

/** Returns what a person needs to see a violation again and to understand it, line by line. */
export function violationReport(options: ViolationReportOptions): readonly string[] {
  const { seed, calls, commit, violation, shrunken } = options
  return [
    `violation of ${placeOf(violation)}`,
    `  replay with --seed ${seed} --seeds 1 --requests ${calls} at commit ${commit}`,
    ...(shrunken === undefined ? ['  it did not show again'] : traceOf(shrunken)),
  ]
}

function placeOf({ number, sentence, atMs, call, detail }: Violation): string {
  const where = call === undefined ? '' : `, call ${call}`
  return `${number} (${sentence}) at ${atMs} ms${where}: ${detail}`
}

function traceOf({ swarm, result, violation }: Shrunken): readonly string[] {
  const { accounts, incidents } = swarm
  const kinds = [...new Set(incidents.map(({ kind }) => kind))].join(', ') || 'none'
  return [
    `  smallest run found: ${result.calls} calls, ${accounts.length} accounts, incidents: ${kinds}`,
    `  ${placeOf(violation)}`,
    ...result.lastLines.map((line) => `    ${line}`),
  ]
}
