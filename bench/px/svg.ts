// Just enough SVG: shapes as strings, and scales.

/** Maps a value to a place in pixels. */
export type Scale = (value: number) => number

/** A linear scale over a range of values. */
export function scaleOf(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): Scale {
  const span = high === low ? 1 : high - low
  return (value) => from + ((value - low) / span) * (to - from)
}

/** About `count` round values from 0 or the range's beginning to its end. */
export function ticksOf([low, high]: readonly [number, number], count: number): readonly number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((one) => one * power >= rough) ?? 10) * power
  const ticks: number[] = []
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) ticks.push(at)
  return ticks
}

type Attributes = Readonly<Record<string, string | number>>

/** An element; numbers are written with a tenth of a pixel. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? Number(value.toFixed(1)) : escaped(value)}"`,
  )
  return content === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`
}

export interface TextPlace {
  readonly x: number
  readonly y: number
  /** Default: `start`. */
  readonly anchor?: 'start' | 'middle' | 'end'
  /** Default: 11. */
  readonly size?: number
  /** Default: normal. */
  readonly bold?: boolean
  /** Default: dark. */
  readonly fill?: string
}

export function text(
  content: string,
  { x, y, anchor = 'start', size = 11, bold, fill = '#333' }: TextPlace,
): string {
  const weight = bold === true ? { 'font-weight': 'bold' } : {}
  return element(
    'text',
    { x, y, 'text-anchor': anchor, 'font-size': String(size), fill, ...weight },
    escaped(content),
  )
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  stroke = '#ddd',
): string {
  return element('line', { x1: from[0], y1: from[1], x2: to[0], y2: to[1], stroke })
}

export function document(width: number, height: number, parts: readonly string[]): string {
  const background = element('rect', { width, height, fill: '#fff' })
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: String(width),
      height: String(height),
      viewBox: `0 0 ${width} ${height}`,
      'font-family': 'Helvetica, Arial, sans-serif',
    },
    [background, ...parts].join('\n'),
  )}\n`
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
