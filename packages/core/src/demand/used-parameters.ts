import type { Parameter } from '../catalog/parameters.ts'
import type { ChatRequest } from '../chat/request.ts'
import { fieldOf, isObject } from '../chat/wire-value.ts'

/** A parameter that a field of the request needs, when the field's value says more than the default does. */
interface ParameterUse {
  readonly parameter: Parameter
  readonly isUsed: (value: unknown) => boolean
}

const parameterUses: ReadonlyMap<string, readonly ParameterUse[]> = new Map([
  ['temperature', [{ parameter: 'temperature', isUsed: always }]],
  ['top_p', [{ parameter: 'top_p', isUsed: always }]],
  ['top_k', [{ parameter: 'top_k', isUsed: always }]],
  ['min_p', [{ parameter: 'min_p', isUsed: always }]],
  ['top_a', [{ parameter: 'top_a', isUsed: always }]],
  ['frequency_penalty', [{ parameter: 'frequency_penalty', isUsed: always }]],
  ['presence_penalty', [{ parameter: 'presence_penalty', isUsed: always }]],
  ['repetition_penalty', [{ parameter: 'repetition_penalty', isUsed: always }]],
  ['max_tokens', [{ parameter: 'max_tokens', isUsed: always }]],
  ['max_completion_tokens', [{ parameter: 'max_tokens', isUsed: always }]],
  ['logit_bias', [{ parameter: 'logit_bias', isUsed: isFilled }]],
  ['logprobs', [{ parameter: 'logprobs', isUsed: isTrue }]],
  ['top_logprobs', [{ parameter: 'top_logprobs', isUsed: (value) => value !== 0 }]],
  ['prediction', [{ parameter: 'prediction', isUsed: always }]],
  ['seed', [{ parameter: 'seed', isUsed: always }]],
  ['stop', [{ parameter: 'stop', isUsed: isFilled }]],
  ['tools', [{ parameter: 'tools', isUsed: isFilled }]],
  ['tool_choice', [{ parameter: 'tool_choice', isUsed: (value) => value !== 'auto' && value !== 'none' }]],
  ['parallel_tool_calls', [{ parameter: 'parallel_tool_calls', isUsed: always }]],
  [
    'response_format',
    [
      { parameter: 'response_format', isUsed: (format) => fieldOf(format, 'type') !== 'text' },
      { parameter: 'structured_outputs', isUsed: (format) => fieldOf(format, 'type') === 'json_schema' },
    ],
  ],
  ['reasoning', [{ parameter: 'reasoning', isUsed: asksForReasoning }]],
  ['reasoning_effort', [{ parameter: 'reasoning', isUsed: (effort) => effort !== 'none' }]],
  ['include_reasoning', [{ parameter: 'reasoning', isUsed: isTrue }]],
  ['web_search_options', [{ parameter: 'web_search_options', isUsed: always }]],
  ['verbosity', [{ parameter: 'verbosity', isUsed: always }]],
] satisfies readonly [keyof ChatRequest, readonly ParameterUse[]][])

/**
 * Returns the parameters that a request uses, each once. A field that is absent, null, empty, or asks for what happens anyway
 * (`logprobs: false`, `tools: []`, `tool_choice: 'auto'`, format `text`, effort `none`) uses nothing. Both spellings of the
 * output bound are `max_tokens`, and all of reasoning is `reasoning`.
 */
export function usedParameters(request: ChatRequest): readonly Parameter[] {
  const used: Parameter[] = []
  for (const [field, value] of Object.entries(request)) {
    const uses = value === undefined || value === null ? undefined : parameterUses.get(field)
    for (const { parameter, isUsed } of uses ?? []) {
      if (isUsed(value) && !used.includes(parameter)) used.push(parameter)
    }
  }
  return used
}

function always(): boolean {
  return true
}

function isTrue(value: unknown): boolean {
  return value === true
}

function isFilled(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0
  return isObject(value) && Object.keys(value).length > 0
}

function asksForReasoning(options: unknown): boolean {
  return fieldOf(options, 'enabled') !== false && fieldOf(options, 'effort') !== 'none'
}
