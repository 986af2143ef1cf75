import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '@nextbest/testkit/wall'
import { allFaults } from '@nextbest/testkit/wall'
import { describe, expect, test } from 'vitest'
import { faultsPage } from './table.ts'

const page = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'faults.md')

describe('the page of the faults', () => {
  test('says what the catalogue says', () => {
    expect(readFileSync(page, 'utf8')).toBe(faultsPage(allFaults))
  })

  test('tells modes and variants apart where they differ', () => {
    const fault: Fault = {
      number: 1,
      name: 'a fault',
      expected: {
        json: { action: 'failover', health: 'failure', client: { status: 502, code: 'provider_error' } },
        stream: { action: 'break-off', health: 'failure', client: { status: 502, code: 'provider_error' } },
      },
      variants: {
        one: { at: 'request', play: () => undefined },
        two: { at: 'request', play: () => undefined, expected: { health: 'half' } },
        three: {
          at: 'request',
          play: () => undefined,
          modes: ['json'],
          expected: { requires: 'larger-context' },
        },
      },
    }

    expect(faultsPage([fault]).trimEnd().split('\n').at(-1)).toBe(
      '| 1 | a fault | json: next endpoint / next endpoint with a larger window; stream: error event, or go on elsewhere ' +
        '| failure / half a failure | json: 502 `provider_error`; stream: event `provider_error` |',
    )
  })
})
