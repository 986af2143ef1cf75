// Which figures are shown, and which bars are they to meet?
import { quantile } from '../overhead/statistics.ts'
import { moments } from './abandoned-call.ts'
import type { AbortsResult } from './aborts.ts'
import { mostAttempts } from './all-dead.ts'
import type { Collapse, Load } from './all-dead.ts'
import type { Outage } from './dead-provider.ts'
import { wayWords } from './provider.ts'
import { tableOf } from './report.ts'
import type { Column, Table } from './report.ts'

/** Sources of the bars: goals that were set before anything was measured, but for the heap, whose tenth is a choice. */
const leastAnsweredPercent = 99.9
const mostWasted = 5
const mostExtraP50Ms = 5
const mostOpenSeconds = 60
/** Two probes, each of which waits for a call and answers in less than a second. */
const twoProbesSeconds = 2
const shareBackSeconds = 120
const closedWithinMs = 100
const mostHeapPercent = 110

const wayColumn: Column<Outage> = {
  head: 'the favourite of three dies',
  value: ({ way, continueBroken }) => `${way}: ${wayWords[way]}${continueBroken ? '; continued' : ''}`,
}

/** What callers noticed. */
export function callersTable(outages: readonly Outage[]): Table {
  const columns: Column<Outage>[] = [
    wayColumn,
    { head: 'calls', value: ({ calls }) => calls },
    {
      head: 'answered %',
      digits: 2,
      atLeast: leastAnsweredPercent,
      value: ({ calls, failed, broken }) => 100 - (100 * (failed + broken)) / calls,
    },
    { head: 'failed', value: ({ failed }) => failed },
    { head: 'broken', value: ({ broken }) => broken },
    { head: 'p50 ms where all are well', digits: 1, value: ({ controlP50Ms }) => controlP50Ms },
    { head: 'after its detection', digits: 1, value: ({ lateP50Ms }) => lateP50Ms },
    { head: 'ratio', digits: 3, value: ({ lateP50Ms, controlP50Ms }) => lateP50Ms / controlP50Ms },
    {
      head: 'more, ms',
      digits: 1,
      atMost: mostExtraP50Ms,
      value: ({ lateP50Ms, controlP50Ms }) => lateP50Ms - controlP50Ms,
    },
    { head: 'longest stall s', digits: 2, value: ({ longestStallMs }) => longestStallMs / 1_000 },
  ]
  return tableOf('callers', columns, outages)
}

/** What was sent to the dead one. */
export function wastedTable(outages: readonly Outage[]): Table {
  const columns: Column<Outage>[] = [
    wayColumn,
    { head: 'detected s', digits: 2, value: ({ wasted }) => wasted.detectedAfterMs / 1_000 },
    { head: 'before it failed once', value: ({ wasted }) => wasted.blind },
    { head: 'then, until its breaker opened', atMost: mostWasted, value: ({ wasted }) => wasted.doubtful },
    { head: 'both', atMost: mostWasted, value: ({ wasted }) => wasted.blind + wasted.doubtful },
    { head: 'probes', value: ({ wasted }) => wasted.probes },
    {
      head: 'else',
      atMost: 0,
      value: ({ wasted: { relapses, despite } }) => relapses + despite,
    },
  ]
  return tableOf('attempts on the dead one (s: of the router)', columns, outages)
}

/** How it came back. */
export function recoveryTable(outages: readonly Outage[]): Table {
  const columns: Column<Outage>[] = [
    wayColumn,
    { head: 'breaker', value: ({ recovery }) => recovery.breaker },
    {
      head: 'tried after s',
      digits: 1,
      atMost: mostOpenSeconds,
      value: ({ recovery }) => recovery.triedAfterMs / 1_000,
    },
    {
      head: 'closed then s',
      digits: 2,
      atMost: twoProbesSeconds,
      value: ({ recovery }) => recovery.closedAfterMs / 1_000,
    },
    {
      head: 'half its traffic after s',
      digits: 1,
      atMost: shareBackSeconds,
      value: ({ recovery }) => recovery.sharedAfterMs / 1_000,
    },
    { head: 'probes at once', atMost: 1, value: ({ probesAwaited }) => probesAwaited },
    { head: 'still streaming', value: ({ probesUnderWay }) => probesUnderWay },
  ]
  return tableOf('it is well again (s: of the router)', columns, outages)
}

interface Stretch extends Load {
  readonly name: string
}

export function collapseTable(collapses: readonly Collapse[]): Table {
  const stretches = collapses.flatMap(({ ways, inWindow, after }): Stretch[] => [
    { ...inWindow, name: `${ways.join(', ')}: in the window` },
    { ...after, name: `${ways.join(', ')}: after it` },
  ])
  const columns: Column<Stretch>[] = [
    { head: 'all three are dead', value: ({ name }) => name },
    { head: 'calls', value: ({ calls }) => calls },
    { head: 'attempts', value: ({ attempts }) => attempts },
    { head: 's', digits: 1, value: ({ seconds }) => seconds },
    { head: 'attempts / calls', digits: 3, value: ({ attempts, calls }) => attempts / calls },
    {
      head: 'attempts / (1.2 calls + 10 per s)',
      digits: 3,
      atMost: 1,
      value: (load) => load.attempts / mostAttempts(load),
    },
  ]
  return tableOf('attempts that callers cause (s: of the router)', columns, stretches)
}

export function returnTable(collapses: readonly Collapse[]): Table {
  const columns: Column<Collapse>[] = [
    { head: 'all three come back', value: ({ ways }) => ways.join(', ') },
    {
      head: 'calls are answered again after s',
      digits: 1,
      atMost: mostOpenSeconds + twoProbesSeconds,
      value: ({ backAfterSeconds }) => backAfterSeconds,
    },
  ]
  return tableOf('after it (s: of the router)', columns, collapses)
}

/** When clients went away, and when their requests were closed at the providers. */
export function abortsTable(result: AbortsResult): Table {
  const rows = ['all', ...moments].map((name) => ({
    name,
    fates: result.fates.filter(({ moment }) => name === 'all' || moment === name),
  }))
  type Row = (typeof rows)[number]
  const closedMs = ({ fates }: Row): number[] => fates.flatMap(({ closedAfterMs }) => closedAfterMs ?? [])
  const count = ({ fates }: Row, fate: string): number => fates.filter((one) => one.fate === fate).length
  const columns: Column<Row>[] = [
    { head: 'clients go away', value: ({ name }) => name },
    { head: 'aborts', value: ({ fates }) => fates.length },
    { head: 'streamed', value: ({ fates }) => fates.filter(({ stream }) => stream).length },
    { head: 'never sent on', value: (row) => count(row, 'unseen') },
    { head: 'answered before', value: (row) => count(row, 'answered') },
    { head: 'closed', value: (row) => count(row, 'closed') },
    { head: 'left open', atMost: 0, value: (row) => count(row, 'open') },
    { head: 'p50 ms', digits: 2, value: (row) => quantile(closedMs(row), 0.5) },
    { head: 'p99 ms', digits: 1, atMost: closedWithinMs, value: (row) => quantile(closedMs(row), 0.99) },
    { head: 'max ms', digits: 1, value: (row) => quantile(closedMs(row), 1) },
  ]
  return tableOf(
    'from going away until the provider’s connection is closed (ms: of the wall clock)',
    columns,
    rows,
  )
}

/** What was left behind after each round. */
export function remainsTable({ remains, perRound, providerSockets }: AbortsResult): Table {
  const [base] = remains
  const rows = remains.map((one, round) => ({ ...one, round, aborts: round * perRound }))
  type Row = (typeof rows)[number]
  const columns: Column<Row>[] = [
    {
      head: 'the gateway’s process, at rest',
      value: ({ round }) => (round === 0 ? 'base' : `round ${round}`),
    },
    { head: 'aborts', value: ({ aborts }) => aborts },
    { head: 'calls begun', value: ({ callStarts }) => callStarts },
    { head: 'not ended', atMost: 0, value: ({ callStarts, callEnds }) => callStarts - callEnds },
    { head: 'ended twice', atMost: 0, value: ({ straysOfCallEnd }) => straysOfCallEnd },
    { head: 'in flight', atMost: 0, value: ({ inFlight }) => inFlight },
    { head: 'sockets', atMost: base?.sockets ?? 0, value: ({ sockets }) => sockets },
    { head: 'at providers', atMost: 0, value: ({ round }) => providerSockets[round] ?? Number.NaN },
    { head: 'timers', value: ({ timers }) => timers },
    { head: 'heap MB', digits: 2, value: ({ heapBytes }) => heapBytes / 2 ** 20 },
    {
      head: '% of base',
      digits: 1,
      atMost: mostHeapPercent,
      value: ({ heapBytes }) => (100 * heapBytes) / (base?.heapBytes ?? Number.NaN),
    },
  ]
  return tableOf('what is left behind', columns, rows)
}
