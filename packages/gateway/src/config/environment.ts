import { isScalar, visit } from 'yaml'
import type { Document, Scalar } from 'yaml'

export type Environment = Readonly<Record<string, string | undefined>>

/** A variable that is wanted and not set. */
export interface MissingVariable {
  readonly name: string
  readonly scalar: Scalar
}

export interface Substitution {
  /** Scalars that hold something of the environment: it may be a secret, so it is never shown. */
  readonly filled: ReadonlySet<unknown>
  readonly missing: readonly MissingVariable[]
}

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/**
 * Fills `${NAME}` and `${NAME:-default}` in the document's values, in place. It works on values that are parsed already, so
 * that nothing in the environment can change the document's structure. The default holds for a variable that is empty, too.
 */
export function fillEnvironment(document: Document, environment: Environment): Substitution {
  const filled = new Set<Scalar>()
  const missing: MissingVariable[] = []
  visit(document, {
    Scalar(key, scalar) {
      if (key === 'key' || typeof scalar.value !== 'string' || !scalar.value.includes('${')) return
      filled.add(scalar)
      scalar.value = scalar.value.replace(reference, (_, name: string, fallback: string | undefined) => {
        const value = environment[name] ?? ''
        if (value === '' && fallback === undefined) missing.push({ name, scalar })
        return value === '' ? (fallback ?? '') : value
      })
    },
  })
  return { filled, missing }
}

/** Reads a value that came from the environment as the number or boolean that is wanted there; returns whether it is one. */
export function retype(node: unknown, wanted: string): boolean {
  if (!isScalar(node) || typeof node.value !== 'string') return false
  const value = wanted === 'boolean' ? booleanOf(node.value) : numberOf(node.value)
  if (value !== undefined) node.value = value
  return value !== undefined
}

function numberOf(text: string): number | undefined {
  return /^-?\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined
}

function booleanOf(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined
}
