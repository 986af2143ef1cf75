/** Oldest major version of Node that this package runs on. */
const neededNodeMajor = 24

/**
 * Returns what to say to who runs too old a Node, or nothing. `version` is that of `process.version`.
 *
 * Whatever is imported before this is asked must itself run on older versions.
 */
export function nodeVersionProblem(version: string): string | undefined {
  const major = Number(/^v(\d+)\./.exec(version)?.[1])
  if (major >= neededNodeMajor) return undefined
  return (
    `nextbest needs Node ${neededNodeMajor} or newer; this is ${version}. ` +
    'Install it from your package manager, or with a version manager such as fnm, nvm or volta.'
  )
}
