import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseSimOptions } from '../../src/cli/sim-options.ts'

const program = join(import.meta.dirname, '..', '..', 'src', 'cli', 'sim.ts')

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function sim(...args: readonly string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--conditions=@nextbest/source',
      program,
      ...args,
    ])
    return { code: 0, stdout, stderr }
  } catch (error) {
    return error as Outcome
  }
}

describe('the options of the simulator', () => {
  test('are a seed for 20,000 requests, unless said otherwise', () => {
    expect(parseSimOptions([])).toEqual({ requests: 100_000, seed: 1, seeds: 5, help: false })
    expect(parseSimOptions(['--requests', '1_000', '--seed', '7'])).toMatchObject({
      requests: 1_000,
      seed: 7,
      seeds: 1,
    })
    expect(parseSimOptions(['--requests=1000', '--seeds=4'])).toMatchObject({ requests: 1_000, seeds: 4 })
  })

  test.for([
    [['--requests', 'many'], '--requests must be an integer of 1..1000000000, got many'],
    [['--requests', '0'], '--requests must be an integer of 1..1000000000, got 0'],
    [['--requests', ''], '--requests must be an integer of 1..1000000000, got '],
    [['--seed=-1'], '--seed must be an integer of 0..9007199253740991, got -1'],
    [['--requests', '10', '--seeds', '11'], '--seeds must be an integer of 1..10, got 11'],
    [['--what'], "Unknown option '--what'"],
  ] as const)('%j are refused: %s', ([args, message]) => {
    expect(parseSimOptions(args)).toContain(message)
  })
})

describe('the simulator on the command line', () => {
  test('prints what it did, with a hash that is the same each time', async () => {
    const [one, again] = [
      await sim('--requests', '400', '--seed', '2'),
      await sim('--requests', '400', '--seed', '2'),
    ]

    expect(one).toMatchObject({ code: 0, stderr: '' })
    expect(one.stdout).toMatch(/^seed 2: 400 requests, [\d.]+ days, [0-9a-f]{64}$/m)
    expect(one.stdout).toMatch(/^requests 400, seeds 1, attempts \d+$/m)
    expect(one.stdout).toMatch(/^virtual days [\d.]+$/m)
    expect(one.stdout).toMatch(/^ {2}stream \d+$/m)
    expect(one.stdout).toMatch(/^violations 0$/m)
    expect(one.stdout).toMatch(/^requests\/s \d+$/m)
    const hash = /^hash [0-9a-f]{64}$/m
    expect(hash.exec(again.stdout)?.[0]).toBe(hash.exec(one.stdout)?.[0])
  })

  test('says what is wrong with its arguments, and how they are meant', async () => {
    const { code, stderr } = await sim('--seed', 'x')

    expect(code).toBe(2)
    expect(stderr).toMatch(/^--seed must be an integer of 0\.\.\d+, got x\n\nRuns the router/)
  })
})
