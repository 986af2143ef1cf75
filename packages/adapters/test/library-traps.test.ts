import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sourcesIn } from './sources.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const page = readFileSync(join(root, 'docs', 'library-traps.md'), 'utf8')

const rows = [...page.matchAll(/^\| ([A-Z]\d+) \| (.+) \|$/gm)].map(([, number = '', cells = '']) => {
  const [trap = '', answer = '', file = '', name = ''] = cells.split(' | ')
  return { number, trap, answer, file: file.replaceAll('`', ''), name }
})

const numbered = (letter: string, last: number): readonly string[] =>
  Array.from({ length: last }, (_, index) => `${letter}${index + 1}`)

/** How a file names a trap's test. */
const named = (number: string, name: string): string => `'trap ${number}: ${name}'`

describe('the tables of traps', () => {
  test('have every number once, in order', () => {
    expect(rows.map(({ number }) => number)).toEqual([
      ...numbered('O', 16),
      ...numbered('B', 12),
      ...numbered('P', 10),
      ...numbered('U', 16),
    ])
  })

  test.each(rows)(
    '$number says what the trap is and what is done about it, and its test is where it says',
    (row) => {
      expect(row.trap).toMatch(/^.{20,}\.$/)
      expect(row.answer).toMatch(/^.{20,}\.$/)
      expect(readFileSync(join(root, row.file), 'utf8')).toContain(named(row.number, row.name))
    },
  )

  test('have every test that is named after a trap', () => {
    const listed = new Set(rows.map(({ number, name }) => named(number, name)))
    const tests = sourcesIn('packages/adapters/test/*/*.test.ts').flatMap(({ text }) =>
      [...text.matchAll(/'trap [A-Z]\d+: .+?'(?=[,)])/g)].map(([name]) => name),
    )
    expect(tests).toHaveLength(rows.length)
    expect(tests.filter((name) => !listed.has(name))).toEqual([])
  })

  test('are of the versions that are installed', () => {
    const headings = [...page.matchAll(/^## (\S+) (\S+): /gm)].map(([, name, version]) => [name, version])
    expect(headings).toEqual(
      ['opossum', 'bottleneck', 'p-retry', 'undici'].map((name) => [name, versionOf(name)]),
    )
  })
})

const versionOf = (name: string): unknown => {
  const file = join(root, 'packages', 'adapters', 'node_modules', name, 'package.json')
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version: unknown }
  return version
}
