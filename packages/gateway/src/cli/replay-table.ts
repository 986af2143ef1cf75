import type {
  CallStatistics,
  CounterfactualReport,
  Estimate,
  ModelledReport,
  ReplayReport,
} from 'nextbest/replay'
import { plainText } from '../log/plain-text.ts'
import type { ReplayFileCounts } from './replay-file.ts'
import { textTable } from './text-table.ts'

const nothing = '-'

/** Returns a report for people: what was read, then a table for each way of judging policies. */
export function replayTable(path: string, report: ReplayReport, counts: ReplayFileCounts): string {
  const blocks = [
    readingText(path, report, counts),
    counterfactualTable(report.counterfactual),
    modelledTable(report),
    legend(report),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function readingText(path: string, { calls, observed }: ReplayReport, counts: ReplayFileCounts): string {
  const parts = [
    `${plainText(path)}: ${counted(calls.played, 'call')} over ${spanText(calls.spanMs)}, ${counted(calls.endpoints, 'endpoint')}`,
    leftOutText(calls.aborted, 'ended by their callers'),
    leftOutText(calls.atFault, 'at fault themselves'),
    leftOutText(calls.late, 'out of order'),
    leftOutText(counts.dropped, 'not written'),
    leftOutText(counts.damaged, 'broken off'),
    leftOutText(counts.unknown, 'of a later version'),
  ]
  const text = parts.filter((part) => part !== '').join('; ')
  return observed === undefined ? `${text}; demand only` : text
}

function leftOutText(count: number, reason: string): string {
  return count === 0 ? '' : `${count} ${reason}`
}

function counterfactualTable(reports: readonly CounterfactualReport[]): string {
  if (reports.length === 0) return ''
  const head = ['policy', 'loss $/1k', 'loss by index', 'cost $/1k', 'answered', 'attempts', 'ttft p50', 'p95', 'calls', 'could pick'] // prettier-ignore
  const rows = reports.map(({ policy, statistics }) => [
    policy,
    perThousand(statistics.lossUsd),
    perThousand(statistics.lossByIndexUsd),
    statistics.costUsd === undefined ? nothing : money(statistics.costUsd.value),
    share(statistics.success),
    plain(statistics.attempts, 3),
    wholeMs(statistics.ttftP50Ms),
    wholeMs(statistics.ttftP95Ms),
    String(Math.round(statistics.effectiveCalls)),
    `${percent(statistics.supported)} %`,
  ])
  return `from the calls whose first pick the policy would have made:\n${textTable([head, ...rows])}`
}

function modelledTable({ modelled, calls }: ReplayReport): string {
  const head = ['policy', 'loss $/1k', 'against logged', 'cost $/1k', 'answered', 'attempts', 'ttft p50', 'p95', 'measured'] // prettier-ignore
  const rows = modelled.map(modelledRow)
  const windows = modelled.some(({ bases }) => bases.measured > 0)
    ? `, in windows of ${spanText(calls.windowMs)}`
    : ''
  return `played again in a model of each endpoint${windows}:\n${textTable([head, ...rows])}`
}

function modelledRow({ policy, statistics, lossAgainstLogged, bases }: ModelledReport): readonly string[] {
  return [
    policy,
    perThousand(statistics.lossUsd),
    policy === 'logged' ? nothing : difference(lossAgainstLogged),
    money(statistics.costUsd.value),
    share(statistics.success),
    plain(statistics.attempts, 3),
    wholeMs(statistics.ttftP50Ms),
    wholeMs(statistics.ttftP95Ms),
    `${percent(bases.measured)} %`,
  ]
}

function legend({ observed, modelled }: ReplayReport): string {
  const lines = [
    '(value and 95 % interval; loss: cost, waiting at what it was worth to each caller, and the penalty for no whole answer',
    ...(observed === undefined ? [demandLegend] : loggedLegend),
    ...calibration(observed, modelled),
  ]
  return lines.join('\n')
}

const loggedLegend: readonly string[] = [
  ' by index: the index of every candidate, corrected by the calls; calls: how many of equal weight would say as much;',
  " could pick: share of its picks that the trace's router could have made; where that is low, only the index speaks;",
  " measured: attempts whose outcome is from the endpoint's own attempts at that time)",
]

const demandLegend = ' measured: nothing is, all is as it is believed to be, and so are the intervals)'

/** The model is as good as it tells what is known already. */
function calibration(
  observed: CallStatistics | undefined,
  modelled: readonly ModelledReport[],
): readonly string[] {
  const logged = modelled.find(({ policy }) => policy === 'logged')
  if (observed === undefined || logged === undefined) return []
  const off = logged.statistics.lossUsd.value / observed.lossUsd.value - 1
  return [`the model gives the logged picks a loss of ${signed(off)} % against what was observed`]
}

function perThousand(estimate: Estimate | undefined): string {
  if (estimate === undefined) return nothing
  const { value, low, high } = estimate
  return `${money(value)} (${money(low)}..${money(high)})`
}

function money(usd: number): string {
  return (usd * 1_000).toPrecision(4)
}

function share(estimate: Estimate | undefined): string {
  if (estimate === undefined) return nothing
  const { value, low, high } = estimate
  return `${percent(value)} % (${percent(low)}..${percent(high)})`
}

function difference(estimate: Estimate | undefined): string {
  if (estimate === undefined) return nothing
  const { value, low, high } = estimate
  return `${signed(value)} % (${signed(low)}..${signed(high)})`
}

function plain(estimate: Estimate | undefined, digits: number): string {
  return estimate === undefined ? nothing : estimate.value.toFixed(digits)
}

function wholeMs(estimate: Estimate | undefined): string {
  return estimate === undefined ? nothing : `${Math.round(estimate.value)} ms`
}

function percent(part: number): string {
  return (100 * part).toFixed(1)
}

function signed(part: number): string {
  const text = percent(part)
  return part > 0 ? `+${text}` : text
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function spanText(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`
}
