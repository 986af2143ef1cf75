// One chart for each scenario and objective: regret by policy, where ours sent its requests over time, and what everybody paid for
// which speed. Policies are numbered by regret; the oracle, which has none, is 0.
import { nextbest } from './contenders.ts'
import { oracle } from './policies/oracle.ts'
import { figure } from './summary.ts'
import type { Cell } from './summary.ts'
import { document, element, line, scaleOf, text, ticksOf } from './svg.ts'
import { faultWindow } from './testkit.ts'

const width = 1_320
const height = 484
const top = 108
const bottom = height - 56
const colours = ['#4c78a8', '#72b7b2', '#f2a541', '#b279a2', '#e45756'] as const
const ownColour = '#d1495b'
const otherColour = '#9aa5b1'

/** Draws the cells of one scenario and objective. */
export function chartOf(cells: readonly Cell[]): string {
  const [first] = cells
  if (first === undefined) return document(width, height, [])
  const { scenario, objective } = first
  const ranked = cells
    .filter(({ policy }) => policy !== oracle.name)
    .toSorted((one, other) => one.regretMilliUsd.mean - other.regretMilliUsd.mean)
  return document(width, height, [
    text(`${scenario.number} ${scenario.name}`, { x: 24, y: 30, size: 18, bold: true }),
    text(`${scenario.about}; objective: ${objective}`, { x: 24, y: 50, size: 12, fill: '#666' }),
    ...regretPanel(ranked, [24, 440]),
    ...sharePanel(cells, [490, 870]),
    ...costPanel(cells, ranked, [930, width - 24]),
  ])
}

type Span = readonly [number, number]

function regretPanel(ranked: readonly Cell[], [left, right]: Span): string[] {
  const longest = Math.max(1e-6, ...ranked.map(({ regretMilliUsd }) => regretMilliUsd.mean))
  const x = scaleOf([0, longest], [left + 172, right - 50])
  const pitch = Math.min(28, (bottom - top) / Math.max(1, ranked.length))
  return [
    text('mean regret to the oracle, m$ per request', { x: left, y: top - 12, bold: true }),
    ...ranked.flatMap(({ policy, regretMilliUsd: { mean, halfWidth } }, row) => {
      const y = top + row * pitch
      const own = policy === nextbest.name
      const from = x(Math.max(0, mean - halfWidth))
      const to = Math.min(right - 50, x(mean + halfWidth))
      const middle = y + pitch / 2
      return [
        text(`${row + 1}  ${policy}`, { x: left + 164, y: middle + 4, anchor: 'end', bold: own }),
        element('rect', {
          x: x(0),
          y: y + 3,
          width: Math.max(1, x(Math.max(0, mean)) - x(0)),
          height: pitch - 6,
          fill: own ? ownColour : otherColour,
        }),
        ...(halfWidth > 0 ? [line([from, middle], [to, middle], '#222')] : []),
        text(mean.toFixed(3), { x: Math.max(x(Math.max(0, mean)), to) + 5, y: middle + 4 }),
      ]
    }),
  ]
}

/** Stacked columns, one a minute, with the fault's window marked above them. */
function sharePanel(cells: readonly Cell[], [left, right]: Span): string[] {
  const own = cells.find(({ policy }) => policy === nextbest.name)?.runs[0]
  if (own === undefined) return []
  const providers = Object.entries(own.timeline)
  const minutes = Math.max(1, ...providers.map(([, shares]) => shares.length))
  const x = scaleOf([0, minutes], [left + 34, right])
  const y = scaleOf([0, 1], [bottom, top])
  const columns = Array.from({ length: minutes }, (_, minute) => {
    let below = 0
    return providers.map(([, shares], index) => {
      const share = shares[minute] ?? 0
      const from = below
      below += share
      return element('rect', {
        x: x(minute),
        y: y(below),
        width: x(1) - x(0) + 0.3,
        height: y(from) - y(below),
        fill: colours[index % colours.length] ?? otherColour,
      })
    })
  })
  return [
    text(`nextbest: share of first attempts`, { x: left, y: top - 28, bold: true }),
    ...providers.flatMap(([name], index) => [
      element('rect', {
        x: left + 212 + index * 38,
        y: top - 37,
        width: 10,
        height: 10,
        fill: colours[index % colours.length] ?? otherColour,
      }),
      text(name, { x: left + 225 + index * 38, y: top - 28 }),
    ]),
    ...columns.flat(),
    ...[0, 0.5, 1].map((share) => text(`${share * 100} %`, { x: left + 30, y: y(share) + 4, anchor: 'end' })),
    ...ticksOf([0, minutes], 6).map((minute) =>
      text(String(minute), { x: x(minute), y: bottom + 16, anchor: 'middle' }),
    ),
    text('minutes', { x: right, y: bottom + 34, anchor: 'end' }),
    ...faultMark(cells, (ms) => Math.min(right, x(ms / 60_000))),
  ]
}

function faultMark([cell]: readonly Cell[], xOf: (ms: number) => number): string[] {
  const window = cell === undefined ? undefined : faultWindow(cell.scenario)
  if (window === undefined) return []
  const from = xOf(window.fromMs)
  const to = xOf(window.untilMs)
  return [
    element('rect', { x: from, y: top - 14, width: Math.max(2, to - from), height: 5, fill: '#222' }),
    text('fault', { x: Math.max(from, to) + 5, y: top - 8, size: 10, fill: '#222' }),
  ]
}

/** Cheap and fast is down and left; the colour tells how many requests succeeded. */
function costPanel(cells: readonly Cell[], ranked: readonly Cell[], [left, right]: Span): string[] {
  const points = cells.map((cell) => ({
    policy: cell.policy,
    number: ranked.indexOf(cell) + 1,
    usd: figure(cell, (run) => run.usdPer1000),
    seconds: figure(cell, (run) => run.meanSeconds),
    success: figure(cell, (run) => run.success),
  }))
  const usdRange = padded(points.map(({ usd }) => usd))
  const secondsRange = padded(points.map(({ seconds }) => seconds))
  const x = scaleOf(usdRange, [left + 34, right])
  const y = scaleOf(secondsRange, [bottom, top])
  const labels = spreadOut(
    points.map((point) => ({ point, y: y(point.seconds) })),
    13,
  )
  return [
    text('seconds per request, by $ per 1,000 (numbers: left)', {
      x: left,
      y: top - 28,
      bold: true,
    }),
    ...legend(left),
    ...ticksOf(usdRange, 4).flatMap((usd) => [
      line([x(usd), top], [x(usd), bottom]),
      text(String(Number(usd.toPrecision(3))), { x: x(usd), y: bottom + 16, anchor: 'middle' }),
    ]),
    ...ticksOf(secondsRange, 5).flatMap((seconds) => [
      line([left + 34, y(seconds)], [right, y(seconds)]),
      text(String(Number(seconds.toPrecision(3))), { x: left + 28, y: y(seconds) + 4, anchor: 'end' }),
    ]),
    ...labels.flatMap(({ point, y: labelY }) => {
      const own = point.policy === nextbest.name
      const at = x(point.usd)
      return [
        line([at, y(point.seconds)], [at + 12, labelY], '#999'),
        element('circle', {
          cx: at,
          cy: y(point.seconds),
          r: own ? 6 : 4.5,
          fill: colourOf(point.success),
          stroke: own ? '#000' : '#fff',
        }),
        text(String(point.number), { x: at + 14, y: labelY + 4, bold: own }),
      ]
    }),
  ]
}

const successColours = [
  { from: 0.998, colour: '#2a9d5c', label: 'success ≥ 99.8 %' },
  { from: 0.99, colour: '#e9a23b', label: '≥ 99 %' },
  { from: 0, colour: '#d1495b', label: 'less' },
] as const

function colourOf(success: number): string {
  return successColours.find(({ from }) => success >= from)?.colour ?? otherColour
}

function legend(left: number): string[] {
  return successColours.flatMap(({ colour, label }, index) => {
    const at = left + 4 + ([0, 110, 165][index] ?? 0)
    return [
      element('circle', { cx: at, cy: top - 14, r: 4.5, fill: colour }),
      text(label, { x: at + 8, y: top - 10, size: 10 }),
    ]
  })
}

function padded(values: readonly number[]): readonly [number, number] {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const room = Math.max(1e-6, (high - low) * 0.08)
  return [low - room, high + room]
}

/** Moves labels down until none is nearer to the one above than it may be, then back up where they left the panel. */
function spreadOut<Label extends { readonly y: number }>(labels: readonly Label[], apart: number): Label[] {
  let above = -Infinity
  const lowered = labels
    .toSorted((one, other) => one.y - other.y)
    .map((label) => ({ ...label, y: (above = Math.max(label.y, above + apart)) }))
  let below = Infinity
  return lowered
    .toReversed()
    .map((label) => ({ ...label, y: (below = Math.min(label.y, below - apart, bottom)) }))
}
