import { hashedRandom } from '@nextbest/testkit'
import { referenceText, referenceTokens } from '@nextbest/testkit/wall'

/** What the fallback of a restart says, compared with the primary whose answer broke off. */
export type RestartKind =
  /** The same. */
  | 'agrees'
  /** Something else from a character on that was delivered. */
  | 'differs within'
  /** Something else from a character on that was not. */
  | 'differs after'

export const restartKinds: readonly RestartKind[] = ['agrees', 'differs within', 'differs after']

/** A scenario whose answer breaks off. */
export interface BrokenScenario {
  readonly id: 's08' | 's09' | 's14'
  /** What was delivered of the reference text by then. */
  readonly delivered: string
  /** Of the error that the caller gets where nobody goes on. */
  readonly code: string
}

export const brokenScenarios: readonly BrokenScenario[] = [
  { id: 's08', delivered: firstTokens(40), code: 'provider_incomplete_answer' },
  { id: 's09', delivered: firstTokens(20), code: 'provider_stalled' },
  { id: 's14', delivered: firstTokens(40), code: 'provider_incomplete_answer' },
]

/** One run: an answer breaks off, and a fallback begins anew. */
export interface Restart {
  /** Unique; the fallback's model at the wall. */
  readonly id: string
  readonly scenario: BrokenScenario
  readonly kind: RestartKind
  /** What the fallback says, in the pieces in which it does. Joined, they are its text. */
  readonly pieces: readonly string[]
}

/** What another text goes on with. None of the reference's characters come first in it, so that it differs from there on. */
const otherWords = 'else altogether, in other words that nobody was told before'

/** Share of the other texts that end where they differ. */
const endingShare = 0.25

/** Share of them that differ from the first character on that they may, and from the last. */
const edgeShare = 0.1

const longestPiece = 12

/** Draws the restart of a seed. */
export function drawRestart(scenario: BrokenScenario, kind: RestartKind, seed: number): Restart {
  const id = `restart-${scenario.id}-${kind.replaceAll(' ', '-')}-${seed}`
  const random = hashedRandom(id)
  const between = (least: number, end: number): number => least + Math.floor(random() * (end - least))
  const ends = random() < endingShare
  const [first, last] = rangeOf(kind, scenario, ends)
  const edge = random()
  const at = edge < edgeShare ? first : edge < 2 * edgeShare ? last : between(first, last + 1)
  const text = referenceText.slice(0, at) + (kind === 'agrees' || ends ? '' : otherWords)
  const pieces: string[] = []
  for (let start = 0; start < text.length; start += pieces.at(-1)?.length ?? 1)
    pieces.push(text.slice(start, start + between(1, longestPiece + 1)))
  return { id, scenario, kind, pieces }
}

/** Between which characters another text may begin to differ. */
function rangeOf(
  kind: RestartKind,
  { delivered }: BrokenScenario,
  ends: boolean,
): readonly [first: number, last: number] {
  if (kind === 'agrees') return [referenceText.length, referenceText.length]
  if (kind === 'differs after') return [delivered.length, referenceText.length - 1]
  // An answer of nothing would be no answer.
  return [ends ? 1 : 0, delivered.length - 1]
}

function firstTokens(count: number): string {
  return referenceTokens.slice(0, count).join('')
}
