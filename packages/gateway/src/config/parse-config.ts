import { LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { ConfigError } from './config-error.ts'
import type { ConfigProblem } from './config-error.ts'
import { issueMessage, missingVariableProblem, problemsOf, syntaxProblem } from './config-problems.ts'
import { configSchema } from './config-schema.ts'
import type { Config } from './config.ts'
import { fillEnvironment, retype } from './environment.ts'
import type { Environment, Substitution } from './environment.ts'

/** Problems that are told at once. */
const toldProblems = 50

export interface ConfigSource {
  /** The file's name, for messages. */
  readonly file: string
  /** Its content: YAML. */
  readonly text: string
  readonly environment: Environment
}

/**
 * Reads a configuration file.
 *
 * @throws ConfigError with every problem that was found, each with its line and column.
 */
export function parseConfig({ file, text, environment }: ConfigSource): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [syntaxError] = document.errors
  // What comes after the first is mostly its consequence.
  if (syntaxError !== undefined) throw new ConfigError(file, [syntaxProblem(syntaxError, text, lines)])
  const substitution = fillEnvironment(document, environment)
  const result = check(document, substitution)
  const problems: readonly ConfigProblem[] = [
    ...substitution.missing.map((one) => missingVariableProblem(one, lines)),
    ...(result.error?.issues ?? [])
      .filter((issue) => !isMissing(document.getIn(issue.path, true), substitution))
      .flatMap((issue) => problemsOf(issue, { document, lines, hidden: substitution.filled })),
  ]
  if (result.success && problems.length === 0) return result.data
  throw new ConfigError(file, problems.toSorted(inFileOrder).slice(0, toldProblems))
}

function inFileOrder(one: ConfigProblem, other: ConfigProblem): number {
  return one.line - other.line || one.column - other.column
}

type CheckResult = ReturnType<typeof configSchema.safeParse>

/** What the environment holds is text; where a number or a boolean is wanted, it is read as one. */
function check(document: Document, { filled }: Substitution): CheckResult {
  const first = safeParse(document)
  const retyped = (first.error?.issues ?? []).filter((issue) => {
    const node: unknown = document.getIn(issue.path, true)
    return issue.code === 'invalid_type' && filled.has(node) && retype(node, issue.expected)
  })
  return retyped.length === 0 ? first : safeParse(document)
}

function safeParse(document: Document): CheckResult {
  return configSchema.safeParse(document.toJS({ maxAliasCount: 100 }), { error: issueMessage })
}

function isMissing(node: unknown, { missing }: Substitution): boolean {
  return missing.some(({ scalar }) => scalar === node)
}
