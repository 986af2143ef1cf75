// Prints a run as tables.
import { isSaturated, type RatioLine, type Results } from './ratios.ts'
import type { Round } from './rounds.ts'
import { spread } from './statistics.ts'

/** Prints the tables: median (min..max) of the rounds. */
export function printReport(results: Results, ratios: readonly RatioLine[]): void {
  const { machine, timing, missing, servers } = results
  const pinned = machine.pinned
    ? 'the measured process pinned to one core, upstream and load to another'
    : 'NOT pinned (no taskset, or one core): figures of several processes on the same cores'
  console.log(`\nnode ${machine.node}, ${machine.cores} cores (${machine.cpu}), ${pinned}`)
  const others = `other processes used ${(results.othersBusy * 100).toFixed(0)} % of the machine meanwhile`
  console.log(`median (min..max) of ${timing.rounds} interleaved rounds; ${others}`)
  if (results.othersBusy > 0.05)
    console.log('DISTURBED by those: repeat it on a quiet machine before believing it')
  for (const line of missing) console.log(line)
  printJson(servers, timing.connections)
  printStreams(servers, timing.streams)
  printEmbedded(results.embedded)
  printDecisions(results.decisions)
  printTable(
    ['ratio, round by round', 'value', 'bar', ''],
    ratios.map(({ what, value, bar, ok }) => [what, shown(value), bar, ok ? 'ok' : 'short']),
  )
  const unsaturated = Object.entries(servers).filter(
    ([name, rounds]) => name !== 'direct' && !isSaturated(rounds),
  )
  if (unsaturated.length === 0) return
  const names = unsaturated.map(([name]) => name).join(', ')
  console.log(`\nnot busy throughout, held up by the harness or by other processes: ${names}`)
  console.log('CPU per request is the figure to trust there; their ratios use it instead of requests/s')
}

function printJson(servers: Results['servers'], connections: number): void {
  printTable(
    [
      `JSON, 2 KB in, ${connections} connections`,
      'requests/s',
      'CPU µs/request',
      'busy',
      'p50 ms, 1 connection',
      'added',
    ],
    rows(servers, (rounds, name) => [
      of(rounds, (round) => round.requestsPerSecond),
      of(rounds, (round) => round.cpuUsPerRequest),
      of(rounds, (round) => round.busy),
      of(rounds, (round) => round.soloP50Ms),
      name === 'direct' ? '-' : of(rounds, (round) => round.addedP50Ms),
    ]),
  )
}

function printStreams(servers: Results['servers'], streams: number): void {
  printTable(
    [
      `SSE, ${streams} streams`,
      'chunks/s',
      'CPU µs/chunk',
      'delay p50 ms',
      'delay p99 ms',
      'first chunk p50 ms, all at once',
    ],
    rows(servers, (rounds) => [
      of(rounds, (round) => round.chunksPerSecond),
      of(rounds, (round) => round.cpuUsPerChunk),
      of(rounds, (round) => round.chunkDelayP50Ms),
      of(rounds, (round) => round.chunkDelayP99Ms),
      of(rounds, (round) => round.firstChunkP50Ms),
    ]),
  )
}

function printEmbedded(embedded: Results['embedded']): void {
  printTable(
    ['embedded, 16 calls at once', 'calls/s', 'CPU µs/call'],
    Object.entries(embedded).map(([name, costs]) => [
      name,
      shown(spread(costs.map((cost) => cost.callsPerSecond))),
      shown(spread(costs.map((cost) => cost.cpuUsPerCall))),
    ]),
  )
}

function printDecisions(decisions: Results['decisions']): void {
  printTable(
    [
      'decision, endpoints',
      'decide ns',
      'filter-map-sort ns',
      'decide heap bytes',
      'filter-map-sort heap bytes',
    ],
    Object.entries(decisions).map(([endpoints, cost]) => [
      endpoints,
      shown(cost.decideNs),
      shown(cost.yardstickNs),
      short(cost.decideBytes),
      short(cost.yardstickBytes),
    ]),
  )
}

function rows(
  servers: Results['servers'],
  cells: (rounds: readonly Round[], name: string) => string[],
): string[][] {
  return Object.entries(servers).map(([name, rounds]) => [name].concat(cells(rounds, name)))
}

function of(rounds: readonly Round[], value: (round: Round) => number): string {
  return shown(spread(rounds.map(value)))
}

function shown({ median, min, max }: { median: number; min: number; max: number }): string {
  if (Number.isNaN(median)) return '-'
  return `${short(median)} (${short(min)}..${short(max)})`
}

/** Three significant digits, thousands in groups. */
function short(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}

function printTable(head: readonly string[], lines: readonly (readonly string[])[]): void {
  const table = [head, ...lines]
  const widths = head.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))
  const printed = table.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  console.log(`\n${printed.join('\n')}`)
}
