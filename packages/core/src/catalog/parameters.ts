/** A request parameter that endpoints may or may not support, in the vocabulary of OpenRouter's `supported_parameters`. */
export type Parameter =
  | 'temperature'
  | 'top_p'
  | 'top_k'
  | 'min_p'
  | 'top_a'
  | 'frequency_penalty'
  | 'presence_penalty'
  | 'repetition_penalty'
  | 'max_tokens'
  | 'max_completion_tokens'
  | 'logit_bias'
  | 'logprobs'
  | 'top_logprobs'
  | 'prediction'
  | 'seed'
  | 'response_format'
  | 'structured_outputs'
  | 'stop'
  | 'tools'
  | 'tool_choice'
  | 'parallel_tool_calls'
  | 'include_reasoning'
  | 'reasoning'
  | 'reasoning_effort'
  | 'web_search_options'
  | 'verbosity'

/** What practically every OpenAI-compatible server takes. The default of an endpoint. */
export const commonParameters: readonly Parameter[] = Object.freeze([
  'temperature',
  'top_p',
  'frequency_penalty',
  'presence_penalty',
  'max_tokens',
  'seed',
  'stop',
])

/** The whole vocabulary. */
export const allParameters: readonly Parameter[] = Object.freeze([
  ...commonParameters,
  'top_k',
  'min_p',
  'top_a',
  'repetition_penalty',
  'max_completion_tokens',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'prediction',
  'response_format',
  'structured_outputs',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'include_reasoning',
  'reasoning',
  'reasoning_effort',
  'web_search_options',
  'verbosity',
])
