import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failurePolicies } from '../../src/failure/policies.ts'
import type { FailurePolicy } from '../../src/failure/policies.ts'

const page = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'policies', 'failures.md')

/** Cells of each row of the table that the comment names. */
function rowsOf(markdown: string): readonly (readonly string[])[] {
  const [, table = ''] = markdown.split('<!-- failurePolicies -->\n')
  const [, , ...rows] = (table.split('\n\n')[0] ?? '').split('\n')
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function cellsOf({
  next,
  requires,
  health,
  state,
  holdScope,
  billing,
  client,
}: FailurePolicy): readonly string[] {
  const failover = requires === 'larger-context' ? 'larger windows' : 'fails over'
  return [
    next === 'stop' ? 'ends' : failover,
    health === 0.5 ? '½' : `${health}`,
    { none: '–', gate: 'gate', hold: `hold: ${holdScope}` }[state],
    billing,
    `${client.status} \`${client.code}\``,
  ]
}

test('the table of failures in the documentation says what follows from each kind, in the order of the kinds', () => {
  const rows = rowsOf(readFileSync(page, 'utf8'))
  const policies = Object.entries(failurePolicies)

  expect(rows.map(([kind]) => kind)).toEqual(policies.map(([kind]) => `\`${kind}\``))
  expect(rows.map(([kind, , ...cells]) => [kind, ...cells])).toEqual(
    policies.map(([kind, policy]) => [`\`${kind}\``, ...cellsOf(policy)]),
  )
  for (const [kind, meaning] of rows) expect(meaning?.length, kind).toBeGreaterThan(0)
})
