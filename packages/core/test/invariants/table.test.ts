import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const none = '—'

interface Row {
  readonly number: number
  readonly cells: readonly string[]
}

/** The rows of the table below a heading. */
function rowsBelow(heading: string): readonly Row[] {
  const page = readFileSync(join(root, 'docs', 'invariants.md'), 'utf8')
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, number = '', cells = '']) => ({
    number: Number(number),
    cells: cells.split(' | '),
  }))
}

function textOf(file: string): string {
  return readFileSync(join(root, file.replaceAll('`', '')), 'utf8')
}

function numbersOf(rows: readonly Row[]): readonly number[] {
  return [...new Set(rows.map(({ number }) => number))]
}

function oneTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, i) => i + 1)
}

describe('the table of invariants', () => {
  const rows = rowsBelow('Invariants')

  test('has every number, in order', () => {
    expect(numbersOf(rows)).toEqual(oneTo(57))
  })

  test.each(rows)('$number is in the file that it names', (row) => {
    const [, file = '', name] = row.cells

    expect(textOf(file)).toContain(`'invariant ${row.number}: ${name}'`)
  })
})

describe('the table of cases', () => {
  const rows = rowsBelow('Cases')

  test('has every number, in order, and says of each what is not offered if it has no test', () => {
    expect(numbersOf(rows)).toEqual(oneTo(38))
    for (const { cells } of rows.filter((row) => row.cells[1] === none))
      expect(cells[2]).toMatch(/^Not offered: /)
  })

  test.each(rows.filter(({ cells }) => cells[1] !== none))('$number is in the file that it names', (row) => {
    const [file = '', name] = row.cells

    expect(textOf(file)).toContain(`'${name}'`)
    expect(textOf(file)).toMatch(new RegExp(`// (case \\d+, )*case ${row.number}\\b`))
  })
})
