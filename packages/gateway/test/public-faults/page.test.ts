import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publicFaults } from '@nextbest/testkit/wall'
import { expect, test } from 'vitest'
import { scenarios } from './scenarios.ts'

const page = readFileSync(
  join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'public-faults.md'),
  'utf8',
)

test.each(scenarios)(
  'the page has a row and a result for $id, by the name that the wall has for it',
  ({ id }) => {
    const name = publicFaults.find((fault) => fault.id === id)?.name
    const label = id.toUpperCase()

    expect(page).toContain(`| ${label} | ${name} |`)
    expect(page).toContain(`\n${label} ${name}: `)
  },
)
