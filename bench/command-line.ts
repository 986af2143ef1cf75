// Reads the command line of a benchmark. Who asks for help is told the usage; who is wrong is told what and the usage, with exit code 2.
import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/** What was given for each option, by its name. */
type Given<Known extends Options> = ReturnType<typeof parseArgs<{ readonly options: Known }>>['values']

export class CommandLine<const Known extends Options> {
  readonly #usage: string
  readonly given: Given<Known>

  /** @param usage - What is printed under a line that says what is wrong. */
  constructor(usage: string, options: Known) {
    this.#usage = usage
    if (process.argv.includes('--help')) this.#end(0, usage)
    this.given = this.#parsed(options)
  }

  /** Ends the process with what is wrong. */
  refuse(what: string): never {
    return this.#end(2, `${what}\n\n${this.#usage}`)
  }

  /** Returns the whole number that was given for an option. Ends the process where it is none or out of its range. */
  wholeNumber(name: string, given: string, highest: number): number {
    const value = Number(given)
    if (given.trim() !== '' && Number.isSafeInteger(value) && value >= 1 && value <= highest) return value
    return this.refuse(
      `--${name}: must be an integer from 1 to ${highest.toLocaleString('en-US')}, got ${given}`,
    )
  }

  /** Ends the process where one of the names is unknown. */
  requireKnown(name: string, given: readonly string[], known: readonly { readonly name: string }[]): void {
    const unknown = given.find((one) => known.every((other) => other.name !== one))
    if (unknown === undefined) return
    this.refuse(`--${name}: "${unknown}" is none of ${known.map((one) => one.name).join(', ')}`)
  }

  #parsed(options: Known): Given<Known> {
    try {
      return parseArgs<{ readonly options: Known }>({ options }).values
    } catch (error) {
      return this.refuse(error instanceof Error ? error.message : String(error))
    }
  }

  #end(code: number, text: string): never {
    const stream = code === 0 ? process.stdout : process.stderr
    stream.write(`${text}\n`)
    process.exit(code)
  }
}
