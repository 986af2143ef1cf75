// Prints what was measured as tables; every figure that has a bar stands under it, and says so where it is short.

/** A column of a table. Without a bar its figures only inform. */
export interface Column<Row> {
  readonly head: string
  readonly value: (row: Row) => number | string
  /** Digits after the point. Default: 0. */
  readonly digits?: number
  readonly atLeast?: number
  readonly atMost?: number
}

export interface Table {
  readonly text: string
  /** Figures that have a bar, and those of them that meet it. */
  readonly bars: number
  readonly met: number
}

/** Returns a table with a line for each row. */
export function tableOf<Row>(title: string, columns: readonly Column<Row>[], rows: readonly Row[]): Table {
  const heads = columns.map(headOf)
  const lines = rows.map((row) => columns.map((column) => cellOf(column, row)))
  const widths = heads.map((head, n) => Math.max(head.length, ...lines.map((line) => line[n]?.length ?? 0)))
  const printed = [heads, ...lines].map((line) =>
    line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  '),
  )
  const barred = columns.filter(hasBar)
  return {
    text: `${title}\n${printed.join('\n')}`,
    bars: barred.length * rows.length,
    met: barred.reduce((sum, column) => sum + rows.filter((row) => isMet(column, row)).length, 0),
  }
}

function headOf<Row>({ head, atLeast, atMost }: Column<Row>): string {
  if (atLeast !== undefined) return `${head} (>= ${atLeast})`
  return atMost === undefined ? head : `${head} (<= ${atMost})`
}

function cellOf<Row>(column: Column<Row>, row: Row): string {
  const value = column.value(row)
  const shown = typeof value === 'string' ? value : shownOf(value, column.digits ?? 0)
  if (!hasBar(column)) return shown
  return `${shown} ${isMet(column, row) ? '   ok' : 'short'}`
}

function shownOf(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '-' : 'never'
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

function hasBar<Row>({ atLeast, atMost }: Column<Row>): boolean {
  return atLeast !== undefined || atMost !== undefined
}

/** What is not a number is short: it was never reached. */
function isMet<Row>({ value, atLeast = -Infinity, atMost = Infinity }: Column<Row>, row: Row): boolean {
  const figure = value(row)
  return typeof figure === 'number' && figure >= atLeast && figure <= atMost
}
