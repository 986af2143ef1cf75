/** Wraps text in a colour, or leaves it alone. */
export interface Colours {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly faint: (text: string) => string
}

const same = (text: string): string => text

export const noColours: Colours = Object.freeze({ good: same, bad: same, faint: same })

export const ansiColours: Colours = Object.freeze({
  good: (text: string) => `\u001B[32m${text}\u001B[39m`,
  bad: (text: string) => `\u001B[31m${text}\u001B[39m`,
  faint: (text: string) => `\u001B[2m${text}\u001B[22m`,
})

/** Returns colours for a terminal, and none for a pipe, a file, or who asks for none (no-color.org). */
export function coloursFor(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Colours {
  const refused = (environment['NO_COLOR'] ?? '') !== ''
  return isTerminal && !refused ? ansiColours : noColours
}
