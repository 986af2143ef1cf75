import type { Endpoint } from '../catalog/endpoint.ts'
import type { Demand } from '../demand/demand.ts'

/** How much of an answer may come before it is taken for one that never ends. */
export interface OutputBound {
  /** Pieces with content; each is a token at least. */
  readonly pieces: number
  /** Characters of text, reasoning and tool calls. */
  readonly characters: number
}

/**
 * A provider may count reasoning beside the bound that the request states, or count in tokens of another size, so an honest answer
 * may be several times as long as was asked for, and a short one longer by as much as models think. Source: choice.
 */
const slack = 4
const reasoningTokens = 32_768

/** Text of long words and white space has up to twice the usual eight characters in a token. Source: choice. */
const charactersPerToken = 16

/**
 * Returns how much of an answer may come: four times the output tokens that the request allows, or that its endpoint can give where the
 * request states no bound, and 32,768 more, for each choice.
 */
export function outputBoundOf(
  { maxOutputTokens, choices }: Pick<Demand, 'maxOutputTokens' | 'choices'>,
  { limits }: Pick<Endpoint, 'limits'>,
): OutputBound {
  const allowed = maxOutputTokens ?? limits.maxOutputTokens ?? limits.contextTokens
  const pieces = (slack * allowed + reasoningTokens) * choices
  return { pieces, characters: pieces * charactersPerToken }
}
