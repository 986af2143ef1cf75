import { isMap, isNode, isScalar } from 'yaml'
import type { Document, LineCounter, Node, YAMLParseError } from 'yaml'
import type { z } from 'zod'
import type { ConfigProblem } from './config-error.ts'
import type { MissingVariable } from './environment.ts'

type Issue = z.core.$ZodIssue
type RawIssue = z.core.$ZodRawIssue
type Path = readonly PropertyKey[]

/** Where values stand in the file. */
export interface Places {
  readonly document: Document
  readonly lines: LineCounter
  /** Nodes whose values may be secrets. */
  readonly hidden: ReadonlySet<unknown>
}

/** Fields whose values are secrets wherever they come from. */
const secretFields: ReadonlySet<PropertyKey> = new Set(['api_key', 'api_keys', 'headers'])

const longestValue = 60

/** Says where and why a file is not YAML. What the parser quotes is left out: it may be a secret. */
export function syntaxProblem(
  { message, pos }: YAMLParseError,
  text: string,
  lines: LineCounter,
): ConfigProblem {
  const place = position(pos[0], lines)
  const line = text.split('\n', place.line)[place.line - 1] ?? ''
  const hint = line.includes('${') ? ' (between braces or brackets, ${NAME} must be quoted)' : ''
  return { ...place, field: '', message: `is not valid YAML: ${message.split(':', 1)[0]}${hint}` }
}

export function missingVariableProblem({ name, scalar }: MissingVariable, lines: LineCounter): ConfigProblem {
  const message = `the environment variable ${name} is not set; set it, or write \${${name}:-default}`
  return { ...position(scalar.range?.[0] ?? 0, lines), field: '', message }
}

/** Words what is wrong with a value, in the tone of the rest; schemas that word it themselves come first. */
export function issueMessage(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${typeNames[issue.expected] ?? issue.expected}`
    case 'too_small':
      return `must ${haveOrBe(issue.origin)} at least ${issue.minimum}${unitOf(issue.origin)}`
    case 'too_big':
      return `must ${haveOrBe(issue.origin)} at most ${issue.maximum}${unitOf(issue.origin)}`
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`
    default:
      return undefined
  }
}

/** Returns what an issue says of the file; one for each field that is not known. */
export function problemsOf(issue: Issue, places: Places): readonly ConfigProblem[] {
  if (issue.code !== 'unrecognized_keys') return [fieldProblem(issue, places)]
  return issue.keys.map((key) => ({
    ...position(keyOffset(issue.path, key, places.document), places.lines),
    field: fieldName([...issue.path, key]),
    message: 'is not a known field',
  }))
}

function fieldProblem({ path, message }: Issue, { document, lines, hidden }: Places): ConfigProblem {
  const node: unknown = document.getIn(path, true)
  const shown = hidden.has(node) || path.some((key) => secretFields.has(key)) ? '' : shownValue(node)
  return {
    ...position(offsetOf(path, document), lines),
    field: fieldName(path),
    message: `${message}${shown}`,
  }
}

const typeNames: Readonly<Record<string, string>> = Object.freeze({
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'a set of fields',
  record: 'a set of fields',
})

function haveOrBe(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have' : 'be'
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' ? ' items' : ''
}

function shownValue(node: unknown): string {
  if (!isScalar(node)) return ''
  const text = JSON.stringify(node.value) ?? ''
  return `, and is ${text.length > longestValue ? `${text.slice(0, longestValue)}…` : text}`
}

function fieldName(path: Path): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`
    return name === '' ? String(key) : `${name}.${String(key)}`
  }, '')
}

/** A field that is missing is told at what it is missing from. */
function offsetOf(path: Path, document: Document): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node)) return startOf(node)
  }
  return 0
}

function keyOffset(path: Path, key: string, document: Document): number {
  const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true)
  const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined
  return isNode(pair?.key) ? startOf(pair.key) : offsetOf(path, document)
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}

function position(offset: number, lines: LineCounter): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}
