import { once } from 'node:events'
import { connect } from 'node:net'
import { allFaults } from '@nextbest/testkit/wall'
import type { Fault, FaultExpectation } from '@nextbest/testkit/wall'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { casesOf, settingsOf } from './expectation.ts'
import { activeResources, leftoversOf } from './leftovers.ts'
import { runPairs } from './pairs/run-pairs.ts'
import { runFault } from './run-fault.ts'
import { Suite } from './suite.ts'

let suite: Suite

beforeAll(async () => {
  suite = await Suite.open()
})

afterAll(() => suite[Symbol.asyncDispose]())

/** The fault of that number with another requirement. */
function requiring(number: number, expectation: FaultExpectation): Fault {
  const fault = allFaults.find((one) => one.number === number)
  if (fault === undefined) throw new RangeError(`there is no fault ${number}`)
  return { ...fault, expected: { stream: expectation } }
}

describe('the runner', () => {
  test('finds a requirement that is not met, and in which runs', async () => {
    const fault = requiring(110, { action: 'stop', health: 'failure', client: { status: 502, code: 'x' } })

    const { runs, differences } = await runFault(suite, fault)

    expect(runs).toBe(Object.keys(fault.variants).length * 2)
    expect(differences).toContainEqual({
      words: 'expected an error, got a whole answer from primary',
      runs: expect.arrayContaining(['chunked stream with fallback', 'chunked stream alone']) as unknown,
    })
  })

  test('plays nothing in a mode that does not apply', async () => {
    const { runs, differences } = await runFault(
      suite,
      requiring(110, { action: 'tolerate', health: 'none' }),
      ['json'],
    )

    expect({ runs, differences }).toEqual({ runs: 0, differences: [] })
  })

  test('tells of a run that comes to no end, and goes on with the others', async () => {
    const fault: Fault = {
      ...requiring(110, { action: 'tolerate', health: 'none' }),
      variants: {
        chunked: { at: 'request', play: () => undefined },
        closed: { at: 'origin', open: () => Promise.reject(new Error('no port is left')) },
      },
    }

    const { differences } = await runFault(suite, fault)

    expect(differences).toEqual([
      {
        words: 'the run failed: no port is left',
        runs: ['closed stream with fallback', 'closed stream alone'],
      },
    ])
  })

  test('closes an origin that no gateway can be pointed at', async () => {
    let closed = 0
    const origin = {
      baseUrl: 'no URL',
      transport: {},
      openConnections: 0,
      requests: 0,
      close: () => {
        closed += 1
        return Promise.resolve()
      },
    }
    const fault: Fault = {
      ...requiring(110, { action: 'tolerate', health: 'none' }),
      variants: { closed: { at: 'origin', open: () => Promise.resolve(origin) } },
    }

    const { runs, differences } = await runFault(suite, fault)

    expect(closed).toBe(runs)
    expect(differences.map(({ words }) => words)).toEqual([
      expect.stringContaining('the run failed: baseUrl'),
    ])
  })

  test('tells of a pair that does not go as required, with its seed', async () => {
    const told: string[] = []
    const fault = requiring(110, { action: 'stop', health: 'none' })
    const violations = await runPairs(suite, {
      faults: [{ ...fault, expected: { ...fault.expected, json: { action: 'stop', health: 'none' } } }],
      pairs: 2,
      seed: 11,
      onViolation: (words) => told.push(words),
    })

    expect(violations).toBe(2)
    expect(told[0]).toMatch(
      /^seed 11: fault 110\.[a-z]+, then fault 110\.[a-z]+ at the (?:next|same) place, .*expected an error, got a whole answer from first/,
    )
  })
})

describe('the cases of a fault', () => {
  const play = (): void => undefined
  const fault: Fault = {
    number: 1,
    name: 'a fault',
    expected: {
      json: { action: 'tolerate', health: 'none' },
      stream: { action: 'break-off', health: 'failure' },
    },
    variants: {
      one: { at: 'request', play },
      two: { at: 'request', play, modes: ['json'], expected: { health: 'half', requires: 'larger-context' } },
    },
  }

  test('are its variants in the modes that both it and they have', () => {
    expect(
      casesOf(fault).map(({ variantName, mode, expectation }) => [variantName, mode, expectation]),
    ).toEqual([
      ['one', 'json', { action: 'tolerate', health: 'none' }],
      ['one', 'stream', { action: 'break-off', health: 'failure' }],
      ['two', 'json', { action: 'tolerate', health: 'half', requires: 'larger-context' }],
    ])
    expect(casesOf(fault, ['stream']).map(({ variantName }) => variantName)).toEqual(['one'])
  })

  test('are played alone and with a fallback, and where that matters with leave to go on or with an equal', () => {
    expect(casesOf(fault).map(settingsOf)).toEqual([
      ['with fallback', 'alone'],
      ['with fallback', 'alone', 'continued'],
      ['with fallback', 'alone', 'with equal'],
    ])
  })
})

describe('what is left', () => {
  test('is nothing where all was closed', async () => {
    expect(await leftoversOf({ wall: suite.wall, origins: [], before: activeResources() })).toEqual({
      connections: 0,
      resources: [],
    })
  })

  test('is a connection that nobody closed', async () => {
    const before = activeResources()
    const socket = connect(suite.wall.port, '127.0.0.1')
    await once(socket, 'connect')
    const patienceMs = 20
    const seen = await leftoversOf(
      { wall: suite.wall, origins: [{ openConnections: 2 }], before },
      patienceMs,
    )
    socket.destroy()

    expect(seen.connections).toBe(3)
    expect(seen.resources).toContain('TCPSocketWrap')
    expect(await leftoversOf({ wall: suite.wall, origins: [], before })).toEqual({
      connections: 0,
      resources: [],
    })
  })
})
