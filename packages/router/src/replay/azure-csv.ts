import { demandDefaults } from '@nextbest/core'
import { TraceError } from '../trace/trace-error.ts'
import type { DemandRecord } from './replay-call.ts'

const head = 'TIMESTAMP,ContextTokens,GeneratedTokens'

/** Longest line, in characters. */
const longestLine = 1_024
const mostTokens = 100_000_000

/** What each further answer counts against all before it. Source: as in `OutputLengths`. */
const learningRate = 0.05

/**
 * Reads the shape of the Azure Public Dataset's traces of inference servers, piece by piece: a line for each request, with its time,
 * the tokens of its prompt and those of its answer. All that it tells is demand; all requests are taken to be streamed.
 */
export class AzureCsvReader {
  readonly counts = { lines: 0, calls: 0 }
  readonly #model: string
  /** Learnt on the way, as a router does, so that how long an answer will be is not known before. */
  #expectedTokens: number = demandDefaults.expectedOutputTokens
  #rest = ''

  /** @param model - The model that all requests are taken to ask for. */
  constructor(model: string) {
    this.#model = model
  }

  /** Returns whether a file that begins with this text has this shape. */
  static fits(text: string): boolean {
    return text.startsWith(head)
  }

  /**
   * Takes the next piece of the text and returns the requests of the lines that are whole.
   *
   * @throws TraceError at the first line that is wrong.
   */
  read(text: string): readonly DemandRecord[] {
    const lines = `${this.#rest}${text}`.split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > longestLine)
      throw this.#fault(`a line must have at most ${longestLine} characters`)
    return lines.flatMap((line) => this.#record(line) ?? [])
  }

  /** Takes the end of the text. */
  end(): readonly DemandRecord[] {
    const record = this.#record(this.#rest)
    this.#rest = ''
    return record === undefined ? [] : [record]
  }

  #record(line: string): DemandRecord | undefined {
    this.counts.lines += 1
    const text = line.trim()
    if (text === '' || this.counts.lines === 1) return undefined
    const [time, prompt, output, ...more] = text.split(',')
    if (output === undefined || more.length > 0) throw this.#fault(`a line must have 3 fields: ${head}`)
    const promptTokens = this.#tokens('ContextTokens', prompt)
    const outputTokens = Math.max(1, this.#tokens('GeneratedTokens', output))
    this.counts.calls += 1
    return {
      type: 'demand',
      atMs: this.#instant(time),
      demand: this.#demand(promptTokens, outputTokens),
      outputTokens,
    }
  }

  #demand(promptTokens: number, outputTokens: number): DemandRecord['demand'] {
    const expectedOutputTokens = Math.round(this.#expectedTokens)
    this.#expectedTokens += learningRate * (outputTokens - this.#expectedTokens)
    return {
      model: this.#model,
      promptTokens,
      promptTokensMax: promptTokens,
      expectedOutputTokens,
      maxOutputTokens: undefined,
      choices: 1,
      parameters: [],
      inputModalities: ['text'],
      outputModalities: ['text'],
      images: 0,
      stream: true,
    }
  }

  #tokens(field: string, text = ''): number {
    const tokens = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (tokens <= mostTokens) return tokens
    throw this.#fault(
      `${field} must be a whole number in 0..${mostTokens}, got ${JSON.stringify(text.slice(0, 40))}`,
    )
  }

  /** `Date` reads milliseconds only; the rest of the fraction is added. */
  #instant(text = ''): number {
    const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,9})?/.exec(text)
    const seconds = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}Z`)
    if (!Number.isNaN(seconds)) return seconds + Number(match?.[3] ?? 0) * 1_000
    throw this.#fault(
      `TIMESTAMP must look like 2023-11-16 18:15:46.68, got ${JSON.stringify(text.slice(0, 40))}`,
    )
  }

  #fault(message: string): TraceError {
    return new TraceError(Math.max(1, this.counts.lines), message)
  }
}
