/** One thing that is wrong with a configuration file. */
export interface ConfigProblem {
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1. */
  readonly column: number
  /** The field's path, e.g. `upstreams[0].models[1].price.prompt`; empty for the file as a whole. */
  readonly field: string
  /** What is wrong: the bound, and the value unless it may be secret. */
  readonly message: string
}

/** A configuration file that cannot be used. Its message has one line for each problem: `file:line:column: field message`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(file: string, problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => problemLine(file, problem)).join('\n'))
    this.problems = problems
  }
}

function problemLine(file: string, { line, column, field, message }: ConfigProblem): string {
  return `${file}:${line}:${column}: ${field === '' ? message : `${field} ${message}`}`
}
