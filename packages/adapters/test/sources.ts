import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', '..')

export interface Source {
  /** From the root of the workspace. */
  readonly file: string
  readonly text: string
}

/** The files that a pattern names, from the root of the workspace. */
export const sourcesIn = (pattern: string): readonly Source[] =>
  globSync(pattern, { cwd: root })
    .toSorted()
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))

/** What each of the sources imports, or exports on, from a module; those that do neither are left out. */
export const importsOf = (
  module: string,
  sources: readonly Source[],
): Readonly<Record<string, readonly string[]>> => {
  const clause = String.raw`(?:\w+, )?(?:\{[^}]*\}|\* as \w+|\w+)`
  const pattern = new RegExp(`^(?:import|export) (?:type )?(${clause}) from '${module}'`, 'gm')
  const imports = sources.map(({ file, text }): [string, readonly string[]] => [
    file,
    [...text.matchAll(pattern)].flatMap(([, names = '']) => namesIn(names)),
  ])
  return Object.fromEntries(imports.filter(([, names]) => names.length > 0))
}

/** `a, { type b, c as d }` is `a`, `b` and `c`. */
const namesIn = (clause: string): readonly string[] =>
  clause
    .split(/[{},]/)
    .map((name) =>
      name
        .replace(/^\s*(type )?/, '')
        .replace(/ as .*/, '')
        .trim(),
    )
    .filter((name) => name !== '')
