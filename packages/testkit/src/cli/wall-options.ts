import { parseArgs } from 'node:util'
import { allFaults } from '../wall/all-faults.ts'
import { readFaultScript, type ChosenFault } from '../wall/fault-choice.ts'

export interface WallCommand {
  /** Port on 127.0.0.1; 0 takes a free one. 0..65,535. */
  readonly port: number
  /** Whether to list the faults instead. */
  readonly list: boolean
  /** A fault below requests whose origin is to be opened instead. */
  readonly fault: ChosenFault | undefined
  readonly help: boolean
}

const defaultPort = 9_900

export const wallUsage: string = `Opens the wall: a provider that fails as the model it is asked for says.

  --port P         port on 127.0.0.1, 0 for any that is free (default ${defaultPort})
  --list           lists the faults and their variants
  --fault 11       opens the origin of a fault that lies below requests, in its first variant
  --fault 11.name  in another one
  --help           this text`

/** Returns the options of a command line, or what is wrong with it. */
export function parseWallOptions(args: readonly string[]): WallCommand | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: String(defaultPort) },
        list: { type: 'boolean', default: false },
        fault: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    const fault = values.fault === undefined ? undefined : faultNamed(values.fault)
    return { port: portIn(values.port), list: values.list, fault, help: values.help }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function portIn(text: string): number {
  const port = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new RangeError(`--port must be an integer of 0..65535, got ${text}`)
}

function faultNamed(name: string): ChosenFault {
  const script = readFaultScript(name, allFaults)
  if (typeof script === 'string') throw new RangeError(`--fault: ${script}`)
  const [chosen, ...more] = script
  if (chosen === undefined || more.length > 0)
    throw new RangeError(`--fault must name one fault, got ${name}`)
  if (!('variant' in chosen))
    throw new RangeError(`--fault must name one fault of the catalogue, got ${name}`)
  return chosen
}
