// The report, as Markdown.
import { barLines } from './bars.ts'
import type { BarLine } from './bars.ts'
import { nextbest } from './contenders.ts'
import { objectives } from './objective.ts'
import type { Objective } from './objective.ts'
import { figure, standingsOf } from './summary.ts'
import type { Cell, Standing } from './summary.ts'
import type { RunResult } from './metrics.ts'
import type { Estimate } from './statistics.ts'
import { meanOf } from './statistics.ts'

export function reportOf(cells: readonly Cell[]): string {
  const ours = cells.filter((cell) => cell.policy === nextbest.name)
  return [
    ...objectives.map((objective) => standingsTable(cells, objective)),
    ...objectives.map((objective) => regretTable(cells, objective)),
    scenarioTable(ours),
    faultTable(ours),
    barTable(barLines(cells)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function standingsTable(cells: readonly Cell[], { name, usdPerSecond, failureUsd }: Objective): string {
  const standings = standingsOf(cells, name)
  if (standings.length === 0) return ''
  const scenarios = standings[0]?.cells.length ?? 0
  const mean = ({ cells: met }: Standing, valueOf: (run: RunResult) => number): number =>
    meanOf(met.map((cell) => figure(cell, valueOf)))
  return titled(
    `${name}: ${usdPerSecond} $ per second of waiting, ${failureUsd} $ per failure; ${scenarios} scenarios`,
    table(
      [
        'policy',
        'regret m$',
        'above informed',
        'worst',
        'success %',
        'first try %',
        'broken %',
        'TTFT p50 / p99 s',
        'done p50 / p99 s',
        'good %',
        '$/1k',
        'wasted %',
        'attempts',
        '429s',
        'decision p50 / p99 µs',
      ],
      standings.map((one) => [
        one.policy,
        interval(one.regretMilliUsd),
        number(one.excessMilliUsd.mean),
        `${number(one.worst.regretMilliUsd.mean)} ${one.worst.scenario.name}`,
        percent(mean(one, (run) => run.success)),
        percent(mean(one, (run) => run.firstAttemptSuccess)),
        percent(mean(one, (run) => run.broken)),
        seconds(
          mean(one, (run) => run.ttftMs.p50),
          mean(one, (run) => run.ttftMs.p99),
        ),
        seconds(
          mean(one, (run) => run.completionMs.p50),
          mean(one, (run) => run.completionMs.p99),
        ),
        percent(mean(one, (run) => run.goodput)),
        number(mean(one, (run) => run.usdPer1000)),
        percent(mean(one, (run) => run.wasted)),
        mean(one, (run) => run.attemptsPerRequest).toFixed(3),
        String(Math.round(mean(one, (run) => run.refused))),
        `${number(mean(one, (run) => run.decisionUs.p50))} / ${number(mean(one, (run) => run.decisionUs.p99))}`,
      ]),
    ),
  )
}

/** Regret of each policy in each scenario. */
function regretTable(cells: readonly Cell[], { name }: Objective): string {
  const here = cells.filter((cell) => cell.objective === name && cell.policy !== 'oracle')
  const columns = [...new Set(here.map(({ scenario }) => scenario))]
  if (columns.length < 2) return ''
  const rows = Map.groupBy(here, ({ policy }) => policy)
  return titled(
    `${name}: regret in m$ per request`,
    table(
      ['policy', ...columns.map((scenario) => scenario.name)],
      [...rows].map(([policy, met]) => [
        policy,
        ...columns.map((scenario) => {
          const cell = met.find((one) => one.scenario === scenario)
          return cell === undefined ? '' : number(cell.regretMilliUsd.mean)
        }),
      ]),
    ),
  )
}

/** Ours, scenario by scenario. */
function scenarioTable(ours: readonly Cell[]): string {
  if (ours.length === 0) return ''
  return titled(
    'nextbest by scenario',
    table(
      [
        'scenario',
        'objective',
        'regret m$',
        'above informed',
        'success %',
        'broken %',
        'TTFT p50 / p95 / p99 s',
        'failed over: TTFT p50 / p99 s',
        'done p50 / p95 / p99 s',
        'good %',
        '$/1k',
        'wasted %',
        'attempts',
        '429s',
        'shares %',
        'most in flight',
      ],
      ours.map((cell) => [
        cell.scenario.name,
        cell.objective,
        interval(cell.regretMilliUsd),
        number(cell.excessMilliUsd.mean),
        percent(figure(cell, (run) => run.success)),
        percent(figure(cell, (run) => run.broken)),
        seconds(...percentiles(cell, (run) => run.ttftMs)),
        seconds(
          figure(cell, (run) => run.failedOverTtftMs.p50),
          figure(cell, (run) => run.failedOverTtftMs.p99),
        ),
        seconds(...percentiles(cell, (run) => run.completionMs)),
        percent(figure(cell, (run) => run.goodput)),
        number(figure(cell, (run) => run.usdPer1000)),
        percent(figure(cell, (run) => run.wasted)),
        figure(cell, (run) => run.attemptsPerRequest).toFixed(3),
        String(Math.round(figure(cell, (run) => run.refused))),
        named(
          cell,
          (run) => run.shares,
          (share) => (share * 100).toFixed(0),
        ),
        named(
          cell,
          (run) => run.mostInFlight,
          (most) => most.toFixed(0),
        ),
      ]),
    ),
  )
}

/** Ours, where something broke. */
function faultTable(ours: readonly Cell[]): string {
  const faulty = ours.filter((cell) =>
    cell.runs.some((run) => run.amplification !== null || run.recoverMs !== null),
  )
  if (faulty.length === 0) return ''
  return titled(
    'nextbest and faults',
    table(
      ['scenario', 'objective', 'detected after s', 'recovered after s', 'failed before', 'amplification'],
      faulty.map((cell) => [
        cell.scenario.name,
        cell.objective,
        number(figure(cell, (run) => run.detectMs) / 1_000),
        number(figure(cell, (run) => run.recoverMs) / 1_000),
        number(figure(cell, (run) => run.failedBeforeEjection)),
        number(figure(cell, (run) => run.amplification)),
      ]),
    ),
  )
}

function barTable(lines: readonly BarLine[]): string {
  if (lines.length === 0) return ''
  return table(
    ['figure', 'value', 'bar', ''],
    lines.map((line) => [
      line.figure,
      number(line.value),
      `${line.wanted === 'at most' ? '<=' : '>='} ${number(line.bar)}`,
      line.ok ? 'ok' : 'short',
    ]),
  )
}

function titled(title: string, body: string): string {
  return `### ${title}\n\n${body}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0), 3),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

function percentiles(cell: Cell, of: (run: RunResult) => RunResult['ttftMs']): [number, number, number] {
  return [
    figure(cell, (run) => of(run).p50),
    figure(cell, (run) => of(run).p95),
    figure(cell, (run) => of(run).p99),
  ]
}

function named(
  cell: Cell,
  of: (run: RunResult) => Readonly<Record<string, number>>,
  shown: (value: number) => string,
): string {
  const names = Object.keys(cell.runs[0] === undefined ? {} : of(cell.runs[0]))
  return names.map((name) => shown(figure(cell, (run) => of(run)[name] ?? 0))).join(' ')
}

function interval({ mean, halfWidth }: Estimate): string {
  return halfWidth === 0 ? number(mean) : `${number(mean)} ± ${number(halfWidth)}`
}

function percent(share: number): string {
  return (share * 100).toFixed(2)
}

function seconds(...ms: readonly number[]): string {
  return ms.map((one) => number(one / 1_000)).join(' / ')
}

/** Three digits that mean something; a dash where there is nothing. */
function number(value: number): string {
  if (Number.isNaN(value)) return '-'
  if (Math.abs(value) >= 100) return value.toFixed(value === Math.round(value) ? 0 : 1)
  return String(Number(value.toPrecision(3)))
}
