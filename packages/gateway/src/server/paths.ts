/** OpenAI's clients have the first, OpenRouter's the second. */
export const prefixes: readonly string[] = Object.freeze(['/v1', '/api/v1'])

export const chatPaths: ReadonlySet<string> = new Set(prefixes.map((prefix) => `${prefix}/chat/completions`))

/** Segments of plain characters; of encoded ones only the colon, which clients encode in a model's suffix. */
const plainPath = /^(?:\/|(?:\/(?:[\w.~@:-]|%3a)+)+)$/i
const dotSegment = /\/\.{1,2}(?:\/|$)/

/** Returns the path of a request target if it can be read in one way only: no other host, no encoding, no dot segments. */
export function plainPathOf(target: string | undefined): string | undefined {
  if (target === undefined) return undefined
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  return chatPaths.has(path) || (plainPath.test(path) && !dotSegment.test(path)) ? path : undefined
}

/** Whether a path tells and spends nothing, so that it needs no key. */
export function isPublic(path: string): boolean {
  return !prefixes.some((prefix) => path.startsWith(`${prefix}/`))
}
