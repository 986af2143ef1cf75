import type { ChatRequest } from '@nextbest/core'
import type { ReasoningSpelling } from './quirks.ts'

/** A field of a body: its name and its value. */
export type Field = readonly [name: string, value: unknown]

/**
 * Returns the fields that ask for the reasoning which the request wants, in the provider's spelling; none if the
 * request says nothing of it or the endpoint lists no parameter for it.
 */
export function reasoningFields(
  request: ChatRequest,
  listed: ReadonlySet<string>,
  spelling: ReasoningSpelling,
): readonly Field[] {
  if (!listed.has('reasoning') && !listed.has('reasoning_effort')) return []
  const chosen = spelling === 'listed' ? listedSpelling(request, listed) : spelling
  if (chosen === 'object') return objectFields(request)
  const wish = wishOf(request)
  return wish === undefined ? [] : spellings[chosen](wish, request)
}

/** What the caller wants, whichever way it was said. */
interface Wish {
  readonly enabled: boolean
  readonly effort: string
  readonly maxTokens: number | undefined
}

type Spelling = (
  wish: Wish,
  request: ChatRequest & { readonly chat_template_kwargs?: object },
) => readonly Field[]

const spellings: Readonly<Record<Exclude<ReasoningSpelling, 'listed' | 'object'>, Spelling>> = {
  effort: ({ effort }) => [['reasoning_effort', effort]],
  thinking: ({ enabled, maxTokens }) => [
    ['thinking', { type: enabled ? 'enabled' : 'disabled', budget_tokens: maxTokens }],
  ],
  'enable-thinking': ({ enabled, maxTokens }) => [
    ['enable_thinking', enabled],
    ['thinking_budget', maxTokens],
  ],
  template: ({ enabled }, { chat_template_kwargs }) => [
    ['chat_template_kwargs', { ...chat_template_kwargs, enable_thinking: enabled }],
  ],
}

/** Reasoning that was asked for without an effort is of `medium` effort, which is what providers take it for. */
function wishOf({ reasoning, reasoning_effort }: ChatRequest): Wish | undefined {
  const { effort, max_tokens, enabled } = reasoning ?? {}
  const asked = effort ?? reasoning_effort
  if ([asked, max_tokens, enabled].every(isAbsent)) return undefined
  const wanted = enabled ?? asked !== 'none'
  return {
    enabled: wanted,
    effort: wanted ? (asked ?? 'medium') : 'none',
    maxTokens: max_tokens ?? undefined,
  }
}

function listedSpelling({ reasoning }: ChatRequest, listed: ReadonlySet<string>): 'object' | 'effort' {
  if (!listed.has('reasoning')) return 'effort'
  return isAbsent(reasoning) && listed.has('reasoning_effort') ? 'effort' : 'object'
}

function objectFields({ reasoning, reasoning_effort }: ChatRequest): readonly Field[] {
  if (!isAbsent(reasoning)) return [['reasoning', reasoning]]
  return isAbsent(reasoning_effort) ? [] : [['reasoning', { effort: reasoning_effort }]]
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null
}
