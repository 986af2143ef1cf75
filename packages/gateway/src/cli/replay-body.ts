import type { ReplayReport } from 'nextbest/replay'
import type { ReplayFileCounts } from './replay-file.ts'

/** Returns a report as JSON: its names in snake case, null where something is not known. */
export function replayBody(report: ReplayReport, counts: ReplayFileCounts): string {
  return `${JSON.stringify(inSnakeCase({ ...report, lines: counts }), undefined, 2)}\n`
}

function inSnakeCase(value: unknown): unknown {
  if (value === undefined) return null
  if (Array.isArray(value)) return value.map(inSnakeCase)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [snakeCase(name), inSnakeCase(inner)]),
  )
}

function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}
