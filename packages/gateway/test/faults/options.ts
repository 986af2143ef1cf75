import { parseArgs } from 'node:util'
import type { FaultMode } from '@nextbest/testkit/wall'
import { faultModes } from './expectation.ts'

export interface FaultOptions {
  /** Numbers of the faults to play. Default: all. */
  readonly only: readonly number[] | undefined
  readonly modes: readonly FaultMode[]
  /** How many random pairs to play instead. */
  readonly pairs: number | undefined
  readonly seed: number
  /** Whether to play the sixteen faults of the public test instead. */
  readonly public: boolean
  /** Whether to print the table of the documentation instead. */
  readonly table: boolean
  readonly help: boolean
}

export const faultUsage = `Plays the faults of the catalogue to a gateway, and compares what it does with what is required.

  --only 65,107        these faults (default all)
  --mode json|stream   answers asked for in this way (default both)
  --pairs N            instead, N random pairs of faults
  --public             instead, the sixteen faults of the public test (docs/public-faults.md), and restarts
  --seed S             seed of the first pair, or of the first restarts (default 1)
  --table              instead, prints docs/faults.md
  --help               this text`

/** Returns the options of a command line, or what is wrong with it. */
export function parseFaultOptions(args: readonly string[]): FaultOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        mode: { type: 'string' },
        pairs: { type: 'string' },
        public: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        table: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return {
      only: values.only?.split(',').map((number) => integer('--only', number, [1, 126])),
      modes: modesOf(values.mode),
      pairs: values.pairs === undefined ? undefined : integer('--pairs', values.pairs, [1, 1_000_000]),
      public: values.public,
      seed: integer('--seed', values.seed, [0, 2 ** 40]),
      table: values.table,
      help: values.help,
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function modesOf(mode: string | undefined): readonly FaultMode[] {
  if (mode === undefined) return faultModes
  if (mode === 'json' || mode === 'stream') return [mode]
  throw new RangeError(`--mode must be json or stream, got ${mode}`)
}

function integer(name: string, text: string, [low, high]: readonly [number, number]): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(value) && value >= low && value <= high) return value
  throw new RangeError(`${name} must be an integer of ${low}..${high}, got ${text}`)
}
