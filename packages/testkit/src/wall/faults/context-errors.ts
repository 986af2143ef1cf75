import type { FaultVariant } from '../fault.ts'
import { anthropic, bedrock, google, mistral, openAi, openRouter } from './provider-bodies.ts'
import { refusal } from './variants.ts'

const invalid = 'invalid_request_error'
const code = 'context_length_exceeded'

/** How providers say that a prompt is too long for the model's window. */
export const contextErrors: Readonly<Record<string, FaultVariant>> = {
  openai: refusal(
    400,
    openAi(
      "This model's maximum context length is 4097 tokens. However, your messages resulted in 5012 tokens. Please reduce the length of the messages.",
      invalid,
      code,
    ),
  ),
  'openai-window': refusal(
    400,
    openAi(
      'Your input exceeds the context window of this model. Please adjust your input and try again.',
      invalid,
      code,
    ),
  ),
  'openai-configured': refusal(
    400,
    openAi(
      'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 301337 tokens.',
      invalid,
      code,
    ),
  ),
  /** Without the code, as behind some proxies. */
  azure: refusal(
    400,
    openAi(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9120 tokens.",
      invalid,
    ),
  ),
  anthropic: refusal(400, anthropic(invalid, 'prompt is too long: 213462 tokens > 200000 maximum')),
  google: refusal(
    400,
    google(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
    ),
  ),
  'google-list': refusal(400, [
    google(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
    ),
  ]),
  bedrock: refusal(
    400,
    { message: 'Input is too long for requested model.' },
    { headers: bedrock('ValidationException') },
  ),
  'bedrock-model': refusal(
    400,
    {
      message: 'The model returned the following errors: prompt is too long: 213462 tokens > 200000 maximum',
    },
    { headers: bedrock('ValidationException') },
  ),
  'bedrock-mantle': refusal(400, openAi('prompt tokens (400007) exceed model maximum (278528)', invalid)),
  together: refusal(
    400,
    openAi("The input (516368 tokens) is longer than the model's context length (262144 tokens).", invalid),
  ),
  groq: refusal(400, openAi('Please reduce the length of the messages or completion.', invalid)),
  mistral: refusal(
    400,
    mistral(
      'Prompt contains 200000 tokens and 0 draft tokens, too large for model with 131072 maximum context length',
      invalid,
      '3051',
    ),
  ),
  deepseek: refusal(
    400,
    openAi(
      "This model's maximum context length is 131072 tokens. However, you requested 150000 tokens.",
      invalid,
    ),
  ),
  vllm: refusal(400, {
    object: 'error',
    message:
      "This model's maximum context length is 32768 tokens. However, you requested 32818 tokens (32718 in the messages, 100 in the completion).",
    type: 'BadRequestError',
    param: null,
    code: 400,
  }),
  /** What older versions of vLLM answered. */
  'vllm-500': refusal(
    500,
    openAi(
      "This model's maximum context length is 32768 tokens. However, you requested 32818 tokens.",
      'InternalServerError',
    ),
  ),
  xai: refusal(400, {
    code: 'Client specified an invalid argument',
    error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
  }),
  openrouter: refusal(
    400,
    openRouter(
      400,
      "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (139000 of text input, 1000 in the output).",
    ),
  ),
  sglang: refusal(400, {
    object: 'error',
    message: "The input (40000 tokens) is longer than the model's context length (32768 tokens).",
    type: 'BadRequestError',
    param: null,
    code: 400,
  }),
  'llama-cpp': refusal(400, {
    error: {
      code: 400,
      message: 'the request exceeds the available context size, try increasing it',
      type: 'exceed_context_size_error',
      n_prompt_tokens: 9_000,
      n_ctx: 4_096,
    },
  }),
  'lm-studio': refusal(400, {
    error:
      'The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length',
  }),
  'lm-studio-size': refusal(500, openAi('Context size has been exceeded.', 'internal_error')),
  ollama: refusal(400, openAi('prompt too long; exceeded max context length by 1200 tokens', 'api_error')),
  moonshot: refusal(
    400,
    openAi('Invalid request: Your request exceeded model token limit: 131072 (requested: 140000)', invalid),
  ),
  minimax: refusal(400, anthropic(invalid, 'invalid params, context window exceeds limit (2013)')),
  qwen: refusal(
    400,
    openAi(
      '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]',
      invalid,
      'invalid_parameter_error',
    ),
  ),
  zai: refusal(400, {
    error: { code: 'model_context_window_exceeded', message: 'Prompt exceeds max length' },
  }),
  cohere: refusal(400, {
    message:
      'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000. Try using a shorter prompt.',
  }),
  copilot: refusal(
    400,
    openAi(
      'prompt token count of 140000 exceeds the limit of 128000',
      invalid,
      'model_max_prompt_tokens_exceeded',
    ),
  ),
  perplexity: refusal(400, openAi('The total length of all messages is too long.', 'bad_request')),
}
