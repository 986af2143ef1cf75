import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { breakerDefaults, objectivePresets, rankingDefaults } from '@nextbest/core'
import { expect, test } from 'vitest'
import { routerDefaults } from '../src/index.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const defaults: Readonly<Record<string, object>> = {
  breakerDefaults,
  objectivePresets,
  rankingDefaults,
  routerDefaults,
}

/** The rows of each table that a comment names: option and value. */
function tablesOf(markdown: string): readonly (readonly [name: string, rows: Record<string, number>])[] {
  return [...markdown.matchAll(/<!-- defaults: (\w+) -->\n\|.*\n\|.*\n((?:\|.*\n?)+)/g)].map(
    ([, name = '', body = '']) => [
      name,
      Object.fromEntries(
        [...body.matchAll(/^\| `(\w+)` \| ([\d.]+) \|/gm)].map(([, option = '', value]) => [
          option,
          Number(value),
        ]),
      ),
    ],
  )
}

test('the tables of defaults in the documentation say what the code does', () => {
  const folder = join(root, 'docs', 'policies')
  const tables = readdirSync(folder).flatMap((file) => tablesOf(readFileSync(join(folder, file), 'utf8')))

  expect(tables.map(([name]) => name).toSorted()).toEqual(Object.keys(defaults).toSorted())
  for (const [name, rows] of tables) expect(rows, name).toEqual({ ...defaults[name] })
})

test('every relative link in the documentation leads to a file', () => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'docs/policies/attempts.md',
    'docs/policies/failures.md',
    'docs/policies/sharing.md',
    'docs/library-traps.md',
    'packages/testkit/README.md',
    'docs/policies/timeouts.md',
    'docs/glossary.md',
  ]
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const path = join(root, page, '..', target)
      expect(() => readdirSync(join(path, '..')), `${page}: ${target}`).not.toThrow()
      expect(readdirSync(join(path, '..')), `${page}: ${target}`).toContain(path.split('/').at(-1))
    }
  }
})
