import { parseArgs } from 'node:util'

export interface SimOptions {
  /** Requests of all seeds together. 1..1,000,000,000. */
  readonly requests: number
  /** The first seed. 0 or more. */
  readonly seed: number
  /** How many seeds, one after the other. 1..1,000,000, at most one per request. */
  readonly seeds: number
  readonly help: boolean
}

const defaultRequests = 100_000
const requestsPerSeed = 20_000

export const simUsage: string = `Runs the router through random fleets, traffic and faults in virtual time, and judges all that happens.

  --requests N   requests of all seeds together (default ${defaultRequests})
  --seed S       first seed (default 1)
  --seeds K      how many seeds (default one for ${requestsPerSeed} requests)
  --help         this text

A seed and its number of requests give the same run every time: compare the hashes.`

/** Returns the options of a command line, or what is wrong with it. */
export function parseSimOptions(args: readonly string[]): SimOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        requests: { type: 'string' },
        seed: { type: 'string' },
        seeds: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    const requests = integer('--requests', values.requests ?? defaultRequests, [1, 1_000_000_000])
    const seed = integer('--seed', values.seed ?? 1, [0, Number.MAX_SAFE_INTEGER - 1_000_000])
    const fitting = Math.max(1, Math.round(requests / requestsPerSeed))
    const seeds = integer('--seeds', values.seeds ?? fitting, [1, Math.min(requests, 1_000_000)])
    return { requests, seed, seeds, help: values.help }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function integer(name: string, text: string | number, [low, high]: readonly [number, number]): number {
  const value = typeof text === 'number' || text.trim() === '' ? text : Number(text.replaceAll('_', ''))
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value
  throw new RangeError(`${name} must be an integer of ${low}..${high}, got ${text}`)
}
