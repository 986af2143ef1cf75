import { isObject } from './wire-answer.ts'

interface WirePart {
  readonly type?: unknown
  readonly text?: unknown
  readonly thinking?: unknown
}

/** The texts of content that came as parts. */
export interface PartedContent {
  readonly content: string
  readonly reasoning_content?: string
}

/**
 * Returns the text of content that came as parts, as Mistral's reasoning models send it: `text` parts are the content,
 * `thinking` parts the reasoning. Parts of other types have no place in an answer and are left out.
 */
export function contentOfParts(parts: readonly unknown[]): PartedContent {
  const ofType = (type: string): readonly WirePart[] =>
    parts.filter(isPart).filter((part) => part.type === type)
  const content = textOf(ofType('text'))
  const reasoning = ofType('thinking')
    .map(({ thinking }) =>
      Array.isArray(thinking) ? textOf(thinking.filter(isPart)) : textOf([{ text: thinking }]),
    )
    .join('')
  return reasoning === '' ? { content } : { content, reasoning_content: reasoning }
}

function textOf(parts: readonly WirePart[]): string {
  return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('')
}

function isPart(value: unknown): value is WirePart {
  return isObject(value)
}
