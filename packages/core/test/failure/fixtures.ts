import type { FailureKind } from '../../src/failure/failure.ts'

/** An answer that a provider gives instead of a good one, and what it means. */
export interface Fixture {
  /** Provider and case; unique. */
  readonly name: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text is sent as it is, anything else as JSON. */
  readonly body: unknown
  readonly kind: FailureKind
  readonly retryAfterMs?: number
}

type Rest = Partial<Pick<Fixture, 'headers' | 'retryAfterMs'>>

const row = (
  name: string,
  answer: readonly [status: number, body: unknown],
  kind: FailureKind,
  rest: Rest = {},
): Fixture => ({
  name,
  status: answer[0],
  body: answer[1],
  kind,
  ...rest,
})

/** OpenAI's envelope, which most others have taken over. */
const openai = (
  message: string,
  code: string | null = null,
  type: string | null = 'invalid_request_error',
): unknown => ({
  error: { message, type, param: null, code },
})
const anthropic = (type: string, message: string, more: object = {}): unknown => ({
  type: 'error',
  error: { type, message, ...more },
  request_id: 'req_1',
})
const google = (code: number, status: string, message: string, details: readonly object[] = []): unknown => ({
  error: { code, status, message, details },
})
const mistral = (message: string, type: string, code: string | null = null): unknown => ({
  object: 'error',
  message,
  type,
  param: null,
  code,
})
const openrouter = (code: number, message: string, metadata?: object): unknown => ({
  error: { code, message, ...(metadata && { metadata }) },
})
const amazon = (exception: string): Rest => ({
  headers: { 'x-amzn-errortype': `${exception}:http://internal.amazon.com/` },
})

const contextFixtures: readonly Fixture[] = [
  row(
    'openai: maximum context, with code',
    [
      400,
      openai(
        "This model's maximum context length is 4097 tokens. However, your messages resulted in 5000 tokens.",
        'context_length_exceeded',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'openai: context window',
    [
      400,
      openai(
        'Your input exceeds the context window of this model. Please adjust your input and try again.',
        'context_length_exceeded',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'openai: configured limit',
    [
      400,
      openai(
        'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'openai: more output than the model gives',
    [
      400,
      openai(
        'max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.',
        'invalid_value',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'azure: without code',
    [
      400,
      openai("This model's maximum context length is 128000 tokens. However, you requested 130000 tokens."),
    ],
    'context-exceeded',
  ),
  row(
    'anthropic: prompt too long',
    [400, anthropic('invalid_request_error', 'prompt is too long: 213462 tokens > 200000 maximum')],
    'context-exceeded',
  ),
  row(
    'anthropic: input and output',
    [
      400,
      anthropic(
        'invalid_request_error',
        'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'anthropic: output tokens',
    [
      400,
      anthropic(
        'invalid_request_error',
        'max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'anthropic: bytes',
    [413, anthropic('request_too_large', 'Request exceeds the maximum size')],
    'payload-too-large',
  ),
  row(
    'google: input token count',
    [
      400,
      google(
        400,
        'INVALID_ARGUMENT',
        'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'google: in a list',
    [
      400,
      [
        google(
          400,
          'INVALID_ARGUMENT',
          'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
        ),
      ],
    ],
    'context-exceeded',
  ),
  row(
    'bedrock: input too long',
    [400, { message: 'Input is too long for requested model.' }],
    'context-exceeded',
    amazon('ValidationException'),
  ),
  row(
    'bedrock: wraps the model',
    [
      400,
      {
        message:
          'The model returned the following errors: prompt is too long: 210000 tokens > 200000 maximum',
      },
    ],
    'context-exceeded',
    amazon('ValidationException'),
  ),
  row(
    'bedrock: mantle',
    [400, openai('prompt tokens (400007) exceed model maximum (278528)', null, 'ValidationException')],
    'context-exceeded',
  ),
  row(
    'bedrock: too many tokens is a throttle',
    [429, { message: 'Too many tokens, please wait before trying again.' }],
    'rate-limited',
    amazon('ThrottlingException'),
  ),
  row(
    'bedrock: too many tokens as a 400 without exception',
    [400, { message: 'Too many tokens, please wait before trying again.' }],
    'rate-limited',
  ),
  row(
    'together: 403',
    [
      403,
      openai(
        'Input token count + max_tokens parameter must be less than the context length of the model',
        null,
        'invalid_request_error',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'together: 400',
    [
      400,
      openai("The input (516368 tokens) is longer than the model's context length (262144 tokens).", null),
    ],
    'context-exceeded',
  ),
  row(
    'groq: reduce the length',
    [400, openai('Please reduce the length of the messages or completion.', 'context_length_exceeded')],
    'context-exceeded',
  ),
  row(
    'groq: reduce the length, without code',
    [400, openai('Please reduce the length of the messages or completion.')],
    'context-exceeded',
  ),
  row(
    'groq: output tokens',
    [
      400,
      openai(
        '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'mistral: prompt contains',
    [
      400,
      mistral(
        'Prompt contains 200000 tokens and 0 draft tokens, too large for model with 131072 maximum context length',
        'invalid_request_prompt',
        '3051',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'deepseek: maximum context',
    [
      400,
      openai(
        "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens.",
        'invalid_request_error',
      ),
    ],
    'context-exceeded',
  ),
  row(
    'vllm: requested more',
    [
      400,
      {
        object: 'error',
        message:
          "This model's maximum context length is 32768 tokens. However, you requested 32818 tokens (32768 in the messages, 50 in the completion).",
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
    ],
    'context-exceeded',
  ),
  row(
    'vllm: older, as a 500',
    [
      500,
      {
        object: 'error',
        message: "This model's maximum context length is 32768 tokens.",
        type: 'InternalServerError',
        code: 500,
      },
    ],
    'context-exceeded',
  ),
  row(
    'vllm: decoder prompt',
    [
      400,
      {
        error: {
          message: 'The decoder prompt (length 40000) is longer than the maximum model length of 32768.',
          type: 'BadRequestError',
          code: 400,
        },
      },
    ],
    'context-exceeded',
  ),
  row(
    'tgi: inputs and new tokens',
    [
      422,
      {
        error:
          'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 20 `max_new_tokens`',
        error_type: 'validation',
      },
    ],
    'context-exceeded',
  ),
  row(
    'xai: maximum prompt',
    [
      400,
      {
        code: 'Client specified an invalid argument',
        error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
      },
    ],
    'context-exceeded',
  ),
  row(
    'openrouter: endpoint maximum',
    [
      400,
      openrouter(
        400,
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 150000 tokens.",
      ),
    ],
    'context-exceeded',
  ),
  row(
    'openrouter: error type',
    [400, openrouter(400, 'Too long', { error_type: 'context_length_exceeded' })],
    'context-exceeded',
  ),
  row(
    'sglang: longer',
    [
      400,
      {
        object: 'error',
        message: "The input (40000 tokens) is longer than the model's context length (32768 tokens).",
        type: 'BadRequestError',
        code: 400,
      },
    ],
    'context-exceeded',
  ),
  row(
    'llama.cpp: context size',
    [
      400,
      {
        error: {
          code: 400,
          message: 'the request exceeds the available context size, try increasing it',
          type: 'exceed_context_size_error',
          n_ctx: 4096,
        },
      },
    ],
    'context-exceeded',
  ),
  row(
    'llama.cpp: as a 500',
    [500, { error: { code: 500, message: 'Context size has been exceeded.', type: 'server_error' } }],
    'context-exceeded',
  ),
  row(
    'lm studio: tokens to keep',
    [
      400,
      { error: 'The number of tokens to keep from the initial prompt is greater than the context length' },
    ],
    'context-exceeded',
  ),
  row(
    'ollama: prompt too long',
    [400, { error: 'prompt too long; exceeded max context length by 12 tokens' }],
    'context-exceeded',
  ),
  row(
    'moonshot: token limit',
    [400, openai('Your request exceeded model token limit: 131072', null, 'invalid_request_error')],
    'context-exceeded',
  ),
  row(
    'minimax: context window',
    [400, openai('invalid params, context window exceeds limit (2013)', null, 'bad_request_error')],
    'context-exceeded',
  ),
  row(
    'qwen: input length',
    [400, openai('Range of input length should be [1, 30720]', 'invalid_parameter_error')],
    'context-exceeded',
  ),
  row(
    'z.ai: window',
    [400, openai('The prompt does not fit', 'model_context_window_exceeded', null)],
    'context-exceeded',
  ),
  row(
    'cohere: too many tokens',
    [
      400,
      {
        message:
          'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000. Try using a shorter prompt.',
      },
    ],
    'context-exceeded',
  ),
  row('cohere: size limit', [400, { message: 'size limit exceeded' }], 'context-exceeded'),
  row(
    'copilot: prompt token count',
    [
      400,
      openai('prompt token count of 140000 exceeds the limit of 128000', 'model_max_prompt_tokens_exceeded'),
    ],
    'context-exceeded',
  ),
  row('cerebras: 400 without a body', [400, ''], 'context-exceeded'),
  row('cerebras: 413 without a body', [413, ''], 'context-exceeded'),
  row(
    'perplexity: all messages',
    [400, openai('The total length of all messages is too long.', null, 'bad_request')],
    'context-exceeded',
  ),
]

const quotaFixtures: readonly Fixture[] = [
  row(
    'openai: insufficient quota',
    [
      429,
      openai(
        'You exceeded your current quota, please check your plan and billing details.',
        'insufficient_quota',
        'insufficient_quota',
      ),
    ],
    'quota-exhausted',
  ),
  row(
    'openai: quota only in the type',
    [429, openai('No more.', null, 'insufficient_quota')],
    'quota-exhausted',
  ),
  row(
    'openai: credit balance',
    [429, openai('Your credit balance is exhausted.', 'credit_balance_exhausted', 'insufficient_quota')],
    'quota-exhausted',
  ),
  row(
    'openai: quota only in words',
    [429, openai('You exceeded your current quota, please check your plan and billing details.', null, null)],
    'quota-exhausted',
  ),
  row(
    'openai: account not active',
    [
      429,
      openai(
        'Your account is not active, please check your billing details on our website.',
        'billing_not_active',
        'billing_not_active',
      ),
    ],
    'quota-exhausted',
  ),
  row(
    'openai: hard limit',
    [400, openai('Billing hard limit has been reached', 'billing_hard_limit_reached')],
    'quota-exhausted',
  ),
  row(
    'openai: organization spend limit',
    [429, openai('The organization has reached its limit.', 'organization_spend_limit_exceeded')],
    'quota-exhausted',
  ),
  row(
    'anthropic: enforced spend limit',
    [
      429,
      anthropic('rate_limit_error', 'This organization has reached its limit.', {
        details: { error_code: 'enforced_spend_limit_reached' },
      }),
    ],
    'quota-exhausted',
  ),
  row(
    'anthropic: monthly spend limit in words',
    [429, anthropic('rate_limit_error', 'You have reached your monthly spend limit.')],
    'quota-exhausted',
  ),
  row(
    'anthropic: credit balance as a 400',
    [
      400,
      anthropic(
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      ),
    ],
    'quota-exhausted',
  ),
  row(
    'anthropic: usage limits as a 400',
    [
      400,
      anthropic(
        'invalid_request_error',
        'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
      ),
    ],
    'quota-exhausted',
  ),
  row(
    'anthropic: billing error',
    [402, anthropic('billing_error', 'There is an issue with your billing or payment information.')],
    'quota-exhausted',
  ),
  row(
    'google: prepaid gone',
    [402, google(402, 'RESOURCE_EXHAUSTED', 'Prepayment credits are depleted.')],
    'quota-exhausted',
  ),
  row(
    'google: prepaid gone as a 429',
    [
      429,
      google(429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted. Please manage your billing.'),
    ],
    'quota-exhausted',
  ),
  row(
    'google: spend cap',
    [429, google(429, 'RESOURCE_EXHAUSTED', 'Your project has exceeded its monthly spending cap.')],
    'quota-exhausted',
  ),
  row(
    'vertex: billing disabled',
    [
      403,
      google(403, 'PERMISSION_DENIED', 'This API method requires billing to be enabled.', [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'BILLING_DISABLED' },
      ]),
    ],
    'quota-exhausted',
  ),
  row(
    'together: monthly limit',
    [402, openai('You have reached your monthly limit.', null, 'credit_limit')],
    'quota-exhausted',
  ),
  row(
    'deepseek: balance',
    [402, openai('Insufficient Balance', 'invalid_request_error', 'unknown_error')],
    'quota-exhausted',
  ),
  row('mistral: payment', [402, mistral('Payment required', 'payment_required')], 'quota-exhausted'),
  row(
    'moonshot: suspended',
    [
      429,
      openai(
        'Your account is suspended, please check your plan and billing details',
        null,
        'exceeded_current_quota_error',
      ),
    ],
    'quota-exhausted',
  ),
  row(
    'zhipu: balance',
    [429, openai('Insufficient balance or no resource package. Please recharge.', '1113', null)],
    'quota-exhausted',
  ),
  row(
    'qwen: arrears',
    [
      400,
      {
        code: 'Arrearage',
        message: 'Access denied, please make sure your account is in good standing.',
        request_id: '1',
      },
    ],
    'quota-exhausted',
  ),
  row(
    'qwen: free tier',
    [
      403,
      { code: 'AllocationQuota.FreeTierOnly', message: 'The free tier of the model has been exhausted.' },
    ],
    'quota-exhausted',
  ),
  row(
    'openrouter: credits',
    [
      402,
      openrouter(402, 'This request requires more credits, or fewer max_tokens.', {
        limit_source: 'openrouter_credits',
      }),
    ],
    'quota-exhausted',
  ),
  row(
    'openrouter: key limit',
    [403, openrouter(403, 'Key limit exceeded (total limit). Manage it in the settings.')],
    'quota-exhausted',
  ),
  row('openrouter: negative balance', [402, openrouter(402, 'Insufficient credits')], 'quota-exhausted'),
]

const rateFixtures: readonly Fixture[] = [
  row(
    'openai: tokens per minute',
    [
      429,
      openai(
        'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s. Visit the site.',
        'rate_limit_exceeded',
        'tokens',
      ),
    ],
    'rate-limited',
    { retryAfterMs: 2_000 },
  ),
  row(
    'openai: can never succeed',
    [
      429,
      openai(
        'Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 40000.',
        'rate_limit_exceeded',
        'tokens',
      ),
    ],
    'rate-limited',
  ),
  row('openai: slow down', [429, openai('Slow down, please.', 'slow_down')], 'rate-limited'),
  row(
    'openai: retry-after-ms wins',
    [429, openai('Rate limit reached', 'rate_limit_exceeded')],
    'rate-limited',
    { headers: { 'retry-after-ms': '1250', 'retry-after': '2' }, retryAfterMs: 1_250 },
  ),
  row(
    'azure: milliseconds of its own',
    [
      429,
      openai(
        'Requests have exceeded the call rate limit of your tier. Please retry after 12 seconds.',
        '429',
        null,
      ),
    ],
    'rate-limited',
    { headers: { 'x-ms-retry-after-ms': '11800' }, retryAfterMs: 11_800 },
  ),
  row(
    'azure: seconds in words',
    [
      429,
      openai(
        'Requests have exceeded the call rate limit of your tier. Please retry after 12 seconds.',
        '429',
        null,
      ),
    ],
    'rate-limited',
    { retryAfterMs: 12_000 },
  ),
  row(
    'anthropic: rate',
    [
      429,
      anthropic(
        'rate_limit_error',
        'This request would exceed your account’s rate limit of 40,000 input tokens per minute.',
      ),
    ],
    'rate-limited',
    { headers: { 'retry-after': '7' }, retryAfterMs: 7_000 },
  ),
  row(
    'google: minute quota in the words of spent money',
    [
      429,
      google(
        429,
        'RESOURCE_EXHAUSTED',
        'You exceeded your current quota, please check your plan and billing details.',
        [
          { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' },
        ],
      ),
    ],
    'rate-limited',
    { retryAfterMs: 34_000 },
  ),
  row(
    'google: delay in words',
    [
      429,
      google(
        429,
        'RESOURCE_EXHAUSTED',
        'Quota exceeded for metric x, limit: 20. Please retry in 34.074824224s.',
      ),
    ],
    'rate-limited',
    { retryAfterMs: 34_075 },
  ),
  row(
    'groq: 413 is a throttle',
    [
      413,
      openai(
        'Request too large for model `llama-3.3-70b-versatile` on tokens per minute (TPM): Limit 12000, Requested 14137, please reduce your message size and try again.',
        'rate_limit_exceeded',
        'tokens',
      ),
    ],
    'rate-limited',
  ),
  row(
    'groq: seconds in words',
    [
      429,
      openai(
        'Rate limit reached for model `x` on tokens per minute (TPM): Limit 6000. Please try again in 4.77s. Need more?',
        'rate_limit_exceeded',
        'tokens',
      ),
    ],
    'rate-limited',
    { retryAfterMs: 4_770 },
  ),
  row(
    'groq: minutes in words',
    [
      429,
      openai(
        'Rate limit reached for model `x` on tokens per day (TPD): Limit 100000. Please try again in 6m0s.',
        'rate_limit_exceeded',
        'tokens',
      ),
    ],
    'rate-limited',
    { retryAfterMs: 360_000 },
  ),
  row('together: rate', [429, openai('You have been rate limited.', null, 'rate_limit')], 'rate-limited'),
  row('deepseek: rate', [429, openai('Rate limit reached', null, 'rate_limit_error')], 'rate-limited'),
  row('mistral: rate', [429, { message: 'Requests rate limit exceeded' }], 'rate-limited'),
  row(
    'bedrock: throttling',
    [429, { message: 'Too many requests, please wait before trying again.' }],
    'rate-limited',
    amazon('ThrottlingException'),
  ),
  row(
    'bedrock: throttling in the body',
    [400, { __type: 'com.amazon.coral.service#ThrottlingException', message: 'Slow down' }],
    'rate-limited',
  ),
  row(
    'bedrock: model not ready',
    [429, { message: 'The model is not ready for inference.' }],
    'rate-limited',
    amazon('ModelNotReadyException'),
  ),
  row(
    'bedrock: service quota as a 400',
    [400, { message: 'Your request exceeds the service quota for your account.' }],
    'rate-limited',
    amazon('ServiceQuotaExceededException'),
  ),
  row('any: too many requests as a 400', [400, openai('Too many requests, slow down')], 'rate-limited'),
  row(
    'any: 503 that speaks of the rate limit',
    [503, openai('Rate limit exceeded, please retry', null, 'server_error')],
    'rate-limited',
  ),
  row(
    'any: 503 that throttles',
    [503, 'Request was throttled. Expected available in 3 seconds.'],
    'rate-limited',
  ),
  row(
    'openrouter: in-flight budget',
    [
      402,
      openrouter(
        402,
        'This request would exceed your available credits given your current in-flight requests.',
        { limit_source: 'openrouter_in_flight_budget', reason: 'in_flight_budget_exhausted' },
      ),
    ],
    'rate-limited',
    { headers: { 'retry-after': '3' }, retryAfterMs: 3_000 },
  ),
  row(
    'openrouter: in-flight budget without a time',
    [402, openrouter(402, 'Busy', { limit_source: 'openrouter_in_flight_budget' })],
    'rate-limited',
  ),
  row(
    'openrouter: upstream',
    [
      429,
      openrouter(429, 'Provider returned error', {
        raw: 'author/model is temporarily rate-limited upstream. Please retry shortly.',
        provider_name: 'BaseTen',
        limit_source: 'upstream_provider_shared_pool',
      }),
    ],
    'rate-limited',
  ),
  row(
    'openrouter: availability',
    [
      429,
      {
        error: {
          message: 'No capacity',
          availability: { code: 'capacity_exhausted', retryable: true, retry_after: 5 },
        },
      },
    ],
    'rate-limited',
    { retryAfterMs: 5_000 },
  ),
  row('any: 429 without a body', [429, ''], 'rate-limited'),
  row(
    'any: 429 page',
    [429, '<html><head><title>429 Too Many Requests</title></head></html>'],
    'rate-limited',
  ),
  row('any: date against the answer’s own clock', [429, ''], 'rate-limited', {
    headers: { 'retry-after': 'Mon, 23 Nov 2026 21:00:30 GMT', date: 'Mon, 23 Nov 2026 21:00:00 GMT' },
    retryAfterMs: 30_000,
  }),
]

const loadFixtures: readonly Fixture[] = [
  row(
    'openai: overloaded',
    [
      503,
      openai(
        'The engine is currently overloaded, please try again later',
        'server_is_overloaded',
        'server_error',
      ),
    ],
    'overloaded',
    { headers: { 'retry-after': '5' }, retryAfterMs: 5_000 },
  ),
  row(
    'openai: server error',
    [
      500,
      openai(
        'The server had an error while processing your request. Sorry about that!',
        null,
        'server_error',
      ),
    ],
    'server-error',
  ),
  row('anthropic: overloaded', [529, anthropic('overloaded_error', 'Overloaded')], 'overloaded'),
  row('anthropic: timeout', [504, anthropic('timeout_error', 'Request timed out')], 'server-error'),
  row('anthropic: api error', [500, anthropic('api_error', 'Internal server error')], 'server-error'),
  row('anthropic: conflict', [409, anthropic('conflict_error', 'Conflict')], 'server-error'),
  row(
    'google: unavailable',
    [503, google(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')],
    'overloaded',
  ),
  row(
    'google: deadline',
    [504, google(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.')],
    'server-error',
  ),
  row('google: internal', [500, google(500, 'INTERNAL', 'An internal error has occurred.')], 'server-error'),
  row('groq: flex capacity', [498, openai('Flex tier capacity exceeded', 'capacity_exceeded')], 'overloaded'),
  row('groq: cancelled, though we did not', [499, openai('Request cancelled by the caller')], 'server-error'),
  row('groq: failed dependency', [424, openai('Failed dependency')], 'server-error'),
  row(
    'together: overloaded',
    [503, openai('The server is overloaded or not ready yet.', null, 'service_unavailable')],
    'overloaded',
  ),
  row(
    'together: web server',
    [520, '<html><head><title>520: Web server is returning an unknown error</title></head></html>'],
    'server-error',
  ),
  row('together: edge timeout', [524, '<html><title>524: A timeout occurred</title></html>'], 'server-error'),
  row('deepseek: busy', [503, openai('Server overloaded', null, 'server_error')], 'overloaded'),
  row(
    'bedrock: model timeout',
    [408, { message: 'The model took too long.' }],
    'server-error',
    amazon('ModelTimeoutException'),
  ),
  row(
    'bedrock: model error',
    [424, { message: 'The model failed.' }],
    'server-error',
    amazon('ModelErrorException'),
  ),
  row('bedrock: internal', [500, { message: 'Internal' }], 'server-error', amazon('InternalServerException')),
  row(
    'any: 503 that mentions credit stays overloaded',
    [503, openai('Service unavailable; no credit was used')],
    'overloaded',
  ),
  row('any: 500 with the word overloaded', [500, { error: 'The backend is overloaded' }], 'overloaded'),
  row('any: 502 page', [502, '<html>\r\n<head><title>502 Bad Gateway</title></head></html>'], 'server-error'),
  row('any: 504 as text', [504, 'upstream request timeout'], 'server-error'),
  row('any: 501', [501, ''], 'server-error'),
  row('any: 505', [505, ''], 'server-error'),
  row('any: 530', [530, 'error code: 1033'], 'server-error'),
  row('any: 599', [599, ''], 'server-error'),
  row('any: misdirected', [421, ''], 'server-error'),
  row('any: too early', [425, ''], 'server-error'),
  row('any: headers too large', [431, ''], 'server-error'),
  row('any: unasked 101', [101, ''], 'server-error'),
  row('any: status 999', [999, ''], 'server-error'),
  row('any: status 0', [0, ''], 'server-error'),
  row('any: status 600', [600, ''], 'server-error'),
]

const credentialFixtures: readonly Fixture[] = [
  row(
    'openai: key',
    [
      401,
      openai(
        'Incorrect API key provided: sk-proj-abcd****wxyz. You can find your API key at https://platform.openai.com/account/api-keys.',
        'invalid_api_key',
      ),
    ],
    'credential-rejected',
  ),
  row(
    'openai: address',
    [401, openai('Your IP is not authorized to access this resource', 'ip_not_authorized')],
    'credential-rejected',
  ),
  row(
    'openai: deactivated',
    [
      403,
      openai('The OpenAI account associated with this API key has been deactivated.', 'account_deactivated'),
    ],
    'credential-rejected',
  ),
  row('anthropic: key', [401, anthropic('authentication_error', 'invalid x-api-key')], 'credential-rejected'),
  row(
    'google: key as a 400',
    [
      400,
      google(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
      ]),
    ],
    'credential-rejected',
  ),
  row(
    'google: key as a 400, without reason',
    [400, google(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.')],
    'credential-rejected',
  ),
  row(
    'google: expired as a 400',
    [400, google(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.')],
    'credential-rejected',
  ),
  row(
    'google: permission',
    [403, google(403, 'PERMISSION_DENIED', 'The caller does not have permission')],
    'credential-rejected',
  ),
  row(
    'google: leaked',
    [
      403,
      google(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.'),
    ],
    'credential-rejected',
  ),
  row(
    'bedrock: token',
    [403, { message: 'The security token included in the request is invalid.' }],
    'credential-rejected',
    amazon('UnrecognizedClientException'),
  ),
  row(
    'bedrock: signature',
    [403, { message: 'The request signature we calculated does not match.' }],
    'credential-rejected',
    amazon('InvalidSignatureException'),
  ),
  row(
    'bedrock: expired',
    [400, { message: 'The token expired.' }],
    'credential-rejected',
    amazon('ExpiredTokenException'),
  ),
  row(
    'azure: network rules',
    [403, openai('Access denied due to Virtual Network/Firewall rules.', '403', null)],
    'credential-rejected',
  ),
  row(
    'groq: organization',
    [
      400,
      openai('Organization has been restricted. Please reach out to support.', 'organization_restricted'),
    ],
    'credential-rejected',
  ),
  row(
    'xai: key as a 400',
    [
      400,
      {
        code: 'Client specified an invalid argument',
        error: 'Incorrect API key provided: xa***YZ. You can obtain an API key from https://console.x.ai.',
      },
    ],
    'credential-rejected',
  ),
  row(
    'deepseek: key',
    [
      401,
      openai(
        'Authentication Fails, Your api key: ****abcd is invalid',
        'invalid_request_error',
        'authentication_error',
      ),
    ],
    'credential-rejected',
  ),
  row(
    'any: 401 that mentions limits',
    [401, openai('Invalid token; see rate limits and quota in the console')],
    'credential-rejected',
  ),
  row('any: bare 403', [403, ''], 'credential-rejected'),
  row('any: 403 as text', [403, 'Forbidden'], 'credential-rejected'),
  row(
    'any: firewall page',
    [403, '<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>'],
    'server-error',
  ),
  row('any: firewall text', [403, 'error code: 1020'], 'server-error'),
]

const modelFixtures: readonly Fixture[] = [
  row(
    'openai: model',
    [404, openai('The model `gpt-9` does not exist or you do not have access to it.', 'model_not_found')],
    'model-unavailable',
  ),
  row(
    'openai: project without the model',
    [403, openai('Project `proj_x` does not have access to model `gpt-4o`', 'model_not_found')],
    'model-unavailable',
  ),
  row(
    'openai: project without the model, no code',
    [403, openai('Project `proj_x` does not have access to model `gpt-4o`')],
    'model-unavailable',
  ),
  row(
    'openai: deprecated',
    [404, openai('The model `gpt-3` has been deprecated, learn more here', 'model_not_found')],
    'model-unavailable',
  ),
  row(
    'azure: deployment',
    [
      404,
      {
        error: {
          code: 'DeploymentNotFound',
          message: 'The API deployment for this resource does not exist.',
        },
      },
    ],
    'model-unavailable',
  ),
  row('azure: path', [404, { error: { code: '404', message: 'Resource not found' } }], 'misconfigured'),
  row('anthropic: model', [404, anthropic('not_found_error', 'model: claude-9')], 'model-unavailable'),
  row(
    'anthropic: permission',
    [
      403,
      anthropic('permission_error', 'Your API key does not have permission to use the specified resource.'),
    ],
    'model-unavailable',
  ),
  row(
    'google: model',
    [
      404,
      google(
        404,
        'NOT_FOUND',
        'models/gemini-9 is not found for API version v1beta, or is not supported for generateContent.',
      ),
    ],
    'model-unavailable',
  ),
  row(
    'vertex: publisher model',
    [
      404,
      google(
        404,
        'NOT_FOUND',
        'Publisher Model `projects/p/locations/l/publishers/google/models/gemini-9` was not found or your project does not have access to it.',
      ),
    ],
    'model-unavailable',
  ),
  row(
    'bedrock: access',
    [403, { message: "You don't have access to the model with the specified model ID." }],
    'model-unavailable',
    amazon('AccessDeniedException'),
  ),
  row(
    'bedrock: identifier',
    [400, { message: 'The provided model identifier is invalid.' }],
    'model-unavailable',
    amazon('ValidationException'),
  ),
  row(
    'bedrock: on demand',
    [400, { message: 'Invocation of model ID anthropic.claude with on-demand throughput isn’t supported.' }],
    'model-unavailable',
    amazon('ValidationException'),
  ),
  row(
    'bedrock: end of life',
    [404, { message: 'This model version has reached the end of its life.' }],
    'model-unavailable',
    amazon('ResourceNotFoundException'),
  ),
  row(
    'bedrock: form not filled',
    [404, { message: 'Model use case details have not been submitted for this account.' }],
    'model-unavailable',
    amazon('FTUFormNotFilled'),
  ),
  row(
    'openrouter: no endpoints',
    [404, openrouter(404, 'No endpoints found for author/model.')],
    'model-unavailable',
  ),
  row(
    'openrouter: no allowed providers',
    [
      404,
      openrouter(404, 'No allowed providers are available for the selected model.', {
        available_providers: ['a'],
        requested_providers: ['b'],
      }),
    ],
    'model-unavailable',
  ),
  row(
    'openrouter: not a model',
    [400, openrouter(400, 'author/model is not a valid model ID')],
    'model-unavailable',
  ),
  row(
    'openrouter: data policy',
    [404, openrouter(404, 'No endpoints found matching your data policy (Paid model training).')],
    'model-unavailable',
  ),
  row(
    'openrouter: no tool use',
    [404, openrouter(404, 'No endpoints found that support tool use.')],
    'parameter-unsupported',
  ),
  row(
    'mistral: invalid model',
    [400, mistral('Invalid model: mistral-9', 'invalid_model', '1500')],
    'model-unavailable',
  ),
  row('mistral: unknown model', [404, mistral('Nothing here', 'unknown_model')], 'model-unavailable'),
  row(
    'groq: terms',
    [
      400,
      openai(
        'The model `x` requires terms acceptance. Please have an admin accept them.',
        'model_terms_required',
      ),
    ],
    'model-unavailable',
  ),
  row(
    'groq: permission',
    [403, openai('Blocked at the organization level', 'model_permission_blocked_org')],
    'model-unavailable',
  ),
  row(
    'groq: decommissioned',
    [
      400,
      openai('The model `x` has been decommissioned and is no longer supported.', 'model_decommissioned'),
    ],
    'model-unavailable',
  ),
  row(
    'fireworks: model',
    [404, openai('Model not found, inaccessible, and/or not deployed', 'NOT_FOUND')],
    'model-unavailable',
  ),
  row(
    'together: model',
    [
      404,
      openai('Unable to access model x/y. Please visit the site to see the models.', 'model_not_available'),
    ],
    'model-unavailable',
  ),
  row('ollama: model', [404, { error: "model 'llama9' not found" }], 'model-unavailable'),
  row(
    'vllm: model',
    [404, { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', code: 404 }],
    'model-unavailable',
  ),
  row('any: gone', [410, ''], 'model-unavailable'),
  row('any: unknown path, as text', [404, '404 page not found'], 'misconfigured'),
  row(
    'any: unknown path, as a page',
    [404, '<html><title>Error 404 (Not Found)!!1</title></html>'],
    'misconfigured',
  ),
  row('any: unknown path, as fastapi says it', [404, { detail: 'Not Found' }], 'misconfigured'),
  row(
    'any: unknown path, as spring says it',
    [404, { timestamp: '2026-11-23', status: 404, error: 'Not Found', path: '/v1/chat' }],
    'misconfigured',
  ),
  row('any: nothing behind the path', [404, ''], 'misconfigured'),
  row(
    'openai: earlier response',
    [404, openai("Previous response with id 'resp_1' not found.", 'previous_response_not_found')],
    'invalid-request',
  ),
  row('openai: file', [404, openai('No such File object: file-1')], 'invalid-request'),
]

const regionFixtures: readonly Fixture[] = [
  row(
    'openai: country',
    [
      403,
      openai(
        'Country, region, or territory not supported',
        'unsupported_country_region_territory',
        'request_forbidden',
      ),
    ],
    'region-blocked',
  ),
  row(
    'openai: country, no code',
    [403, openai('Country, region, or territory not supported')],
    'region-blocked',
  ),
  row(
    'google: location',
    [400, google(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.')],
    'region-blocked',
  ),
  row(
    'google: free tier',
    [
      400,
      google(
        400,
        'FAILED_PRECONDITION',
        'Gemini API free tier is not available in your country. Please enable billing on your project.',
      ),
    ],
    'region-blocked',
  ),
  row(
    'bedrock: countries',
    [
      403,
      {
        message:
          'Access to Anthropic models is not allowed from unsupported countries, regions, or territories.',
      },
    ],
    'region-blocked',
    amazon('ValidationException'),
  ),
  row(
    'openrouter: region',
    [403, { error: { message: 'Not here', availability: { code: 'region_restricted' } } }],
    'region-blocked',
  ),
]

const requestFixtures: readonly Fixture[] = [
  row(
    'openai: malformed',
    [400, openai('We could not parse the JSON body of your request.')],
    'invalid-request',
  ),
  row(
    'openai: role',
    [
      400,
      openai(
        "Invalid value: 'wizard'. Supported values are: 'system', 'assistant', 'user'.",
        'invalid_value',
      ),
    ],
    'invalid-request',
  ),
  row(
    'openai: tool order',
    [400, openai("An assistant message with 'tool_calls' must be followed by tool messages.")],
    'invalid-request',
  ),
  row(
    'openai: unsupported parameter',
    [
      400,
      openai(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        'unsupported_parameter',
      ),
    ],
    'parameter-unsupported',
  ),
  row(
    'openai: unsupported value',
    [
      400,
      openai("Unsupported value: 'temperature' does not support 0.2 with this model.", 'unsupported_value'),
    ],
    'parameter-unsupported',
  ),
  row(
    'openai: unrecognized argument',
    [400, openai('Unrecognized request argument supplied: top_k')],
    'parameter-unsupported',
  ),
  row(
    'openai: unknown parameter',
    [400, openai("Unknown parameter: 'min_p'.", 'unknown_parameter')],
    'parameter-unsupported',
  ),
  row(
    'anthropic: extra input',
    [400, anthropic('invalid_request_error', 'top_a: Extra inputs are not permitted')],
    'parameter-unsupported',
  ),
  row(
    'anthropic: messages',
    [400, anthropic('invalid_request_error', 'messages: at least one message is required')],
    'invalid-request',
  ),
  row(
    'google: unknown name',
    [
      400,
      google(
        400,
        'INVALID_ARGUMENT',
        'Invalid JSON payload received. Unknown name "top_a": Cannot find field.',
      ),
    ],
    'parameter-unsupported',
  ),
  row(
    'mistral: forbidden extra',
    [
      422,
      {
        object: 'error',
        message: {
          detail: [
            {
              type: 'extra_forbidden',
              loc: ['body', 'top_k'],
              msg: 'Extra inputs are not permitted',
              input: 5,
            },
          ],
        },
        type: 'invalid_request_error',
      },
    ],
    'parameter-unsupported',
  ),
  row(
    'mistral: detail',
    [
      422,
      {
        detail: [
          {
            type: 'extra_forbidden',
            loc: ['body', 'top_k'],
            msg: 'Extra inputs are not permitted',
            input: 5,
          },
        ],
      },
    ],
    'parameter-unsupported',
  ),
  row(
    'mistral: missing',
    [422, { detail: [{ type: 'missing', loc: ['body', 'messages'], msg: 'Field required', input: {} }] }],
    'invalid-request',
  ),
  row(
    'deepseek: body',
    [422, openai('Failed to deserialize the JSON body into the target type')],
    'invalid-request',
  ),
  row(
    'cohere: text',
    [422, 'Failed to deserialize the JSON body into the target type: missing field'],
    'invalid-request',
  ),
  row(
    'bedrock: malformed',
    [
      400,
      {
        message:
          'The model returned the following errors: Malformed input request, please reformat your input and try again.',
      },
    ],
    'invalid-request',
    amazon('ValidationException'),
  ),
  row(
    'vllm: no tools',
    [
      400,
      {
        object: 'error',
        message: '"auto" tool choice is not supported without a parser',
        type: 'BadRequestError',
        code: 400,
      },
    ],
    'parameter-unsupported',
  ),
  row(
    'openrouter: images',
    [404, openrouter(404, 'No endpoints found that support image input')],
    'parameter-unsupported',
  ),
  row(
    'groq: the model called a tool wrongly',
    [400, openai('Failed to call a function. Please adjust your prompt.', 'tool_use_failed')],
    'malformed-response',
  ),
  row(
    'groq: the model broke the schema',
    [400, openai('Failed to generate JSON.', 'json_validate_failed')],
    'malformed-response',
  ),
  row(
    'groq: hallucinated tool call',
    [422, openai('The request could not be followed due to semantic errors.')],
    'invalid-request',
  ),
  row(
    'any: body too large',
    [413, '<html><head><title>413 Request Entity Too Large</title></head></html>'],
    'payload-too-large',
  ),
  row('any: body too large, said', [413, openai('Request body too large')], 'payload-too-large'),
  row('any: 400 with a blank message', [400, openai('', null, null)], 'unknown'),
  row('any: 400 with an empty object', [400, {}], 'unknown'),
  row('any: 400 page', [400, '<html><head><title>400 Bad Request</title></head></html>'], 'unknown'),
  row('any: teapot', [418, ''], 'unknown'),
  row('any: precondition', [412, ''], 'unknown'),
]

const contentFixtures: readonly Fixture[] = [
  row(
    'azure: filter',
    [
      400,
      {
        error: {
          message:
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          code: 'content_filter',
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      },
    ],
    'content-refused',
  ),
  row(
    'azure: inner code alone',
    [400, { error: { message: 'No.', code: '400', innererror: { code: 'ResponsibleAIPolicyViolation' } } }],
    'content-refused',
  ),
  row(
    'openai: policy',
    [400, openai('Your request was rejected as a result of our safety system.', 'content_policy_violation')],
    'content-refused',
  ),
  row(
    'openai: safety system in words',
    [400, openai('Your request was rejected as a result of our safety system.')],
    'content-refused',
  ),
  row(
    'anthropic: filter',
    [400, anthropic('invalid_request_error', 'Output blocked by content filtering policy')],
    'content-refused',
  ),
  row('deepseek: risk', [400, openai('Content Exists Risk', 'invalid_request_error')], 'content-refused'),
  row(
    'qwen: inspection',
    [400, openai('Input data may contain inappropriate content.', 'data_inspection_failed')],
    'content-refused',
  ),
  row('qwen: inspection, native', [400, { code: 'DataInspectionFailed', message: 'No.' }], 'content-refused'),
  row(
    'mistral: moderation',
    [403, mistral('The request was blocked by moderation', 'moderation')],
    'content-refused',
  ),
  row(
    'openrouter: moderation',
    [
      403,
      openrouter(403, 'Your chosen model requires moderation and your input was flagged.', {
        reasons: ['violence'],
        flagged_input: 'to be ... or not',
        provider_name: 'OpenAI',
      }),
    ],
    'content-refused',
  ),
  row('openrouter: guardrail', [403, openrouter(403, 'Blocked', { patterns: ['email'] })], 'content-refused'),
  row(
    'openrouter: policy type',
    [400, openrouter(400, 'No.', { error_type: 'content_policy_violation' })],
    'content-refused',
  ),
  row('any: legal', [451, ''], 'content-refused'),
]

const configurationFixtures: readonly Fixture[] = [
  row('any: moved', [301, ''], 'misconfigured', { headers: { location: 'https://elsewhere.example/' } }),
  row('any: found', [302, '<html><title>302 Found</title></html>'], 'misconfigured'),
  row('any: see other', [303, ''], 'misconfigured'),
  row('any: temporary redirect', [307, ''], 'misconfigured'),
  row('any: permanent redirect', [308, ''], 'misconfigured'),
  row('any: method', [405, { detail: 'Method Not Allowed' }], 'misconfigured'),
  row('any: not acceptable', [406, ''], 'misconfigured'),
  row('any: proxy credentials', [407, ''], 'misconfigured'),
  row('any: media type', [415, openai('Unsupported Media Type')], 'misconfigured'),
]

const openrouterRawFixtures: readonly Fixture[] = [
  row(
    'openrouter: raw error of a provider',
    [
      400,
      openrouter(400, 'Provider returned error', {
        raw: JSON.stringify(anthropic('invalid_request_error', 'prompt is too long: 5 tokens > 4 maximum')),
        provider_name: 'Anthropic',
      }),
    ],
    'context-exceeded',
  ),
  row(
    'openrouter: raw quota of a provider',
    [
      429,
      openrouter(429, 'Provider returned error', {
        raw: JSON.stringify(openai('Gone', 'insufficient_quota')),
        provider_name: 'OpenAI',
      }),
    ],
    'quota-exhausted',
  ),
  row(
    'openrouter: raw text',
    [502, openrouter(502, 'Provider returned error', { raw: 'upstream connect error', provider_name: 'X' })],
    'server-error',
  ),
]

export const fixtures: readonly Fixture[] = [
  ...contextFixtures,
  ...quotaFixtures,
  ...rateFixtures,
  ...loadFixtures,
  ...credentialFixtures,
  ...modelFixtures,
  ...regionFixtures,
  ...requestFixtures,
  ...contentFixtures,
  ...configurationFixtures,
  ...openrouterRawFixtures,
]

/** What comes as an error inside a 200, whole or as an event of a stream. */
export const inBandFixtures: readonly {
  readonly name: string
  readonly error: unknown
  readonly kind: FailureKind
  readonly retryAfterMs?: number
}[] = [
  {
    name: 'openrouter: 502 in a chunk',
    error: { code: 502, message: 'Provider disconnected' },
    kind: 'server-error',
  },
  { name: 'openrouter: 429 in a chunk', error: { code: 429, message: 'Rate limited' }, kind: 'rate-limited' },
  {
    name: 'openrouter: names its status',
    error: { http_status: 503, message: 'Later', error_type: 'provider_overloaded' },
    kind: 'overloaded',
  },
  {
    name: 'openrouter: waits',
    error: { code: 503, message: 'Later', availability: { code: 'temporarily_unavailable', retry_after: 2 } },
    kind: 'overloaded',
    retryAfterMs: 2_000,
  },
  {
    name: 'openrouter: in-flight budget',
    error: { code: 402, message: 'Busy', availability: { retry_after: 2 } },
    kind: 'rate-limited',
    retryAfterMs: 2_000,
  },
  {
    name: 'openrouter: server',
    error: { code: 'server_error', message: 'Provider disconnected unexpectedly' },
    kind: 'server-error',
  },
  { name: 'anthropic: event', error: anthropic('overloaded_error', 'Overloaded'), kind: 'overloaded' },
  {
    name: 'anthropic: inner error',
    error: { type: 'api_error', message: 'Internal server error' },
    kind: 'server-error',
  },
  {
    name: 'anthropic: bad request',
    error: { type: 'invalid_request_error', message: 'messages: at least one is required' },
    kind: 'invalid-request',
  },
  {
    name: 'openai: quota',
    error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'Gone' },
    kind: 'quota-exhausted',
  },
  {
    name: 'openai: server',
    error: { type: 'server_error', code: null, message: 'The server had an error', param: null },
    kind: 'server-error',
  },
  {
    name: 'vllm: 400 in the stream',
    error: { object: 'error', message: 'Bad', type: 'BadRequestError', code: 400 },
    kind: 'invalid-request',
  },
  {
    name: 'vllm: context in the stream',
    error: { message: "This model's maximum context length is 4096 tokens.", code: 400 },
    kind: 'context-exceeded',
  },
  {
    name: 'bedrock: throttled in the stream',
    error: { __type: 'throttlingException', message: 'Wait' },
    kind: 'rate-limited',
  },
  {
    name: 'bedrock: validation in the stream',
    error: { __type: 'validationException', message: 'Bad' },
    kind: 'invalid-request',
  },
  {
    name: 'google: word instead of a number',
    error: { status: 'UNAVAILABLE', message: 'Later' },
    kind: 'overloaded',
  },
  {
    name: 'google: list',
    error: [{ error: { code: 500, status: 'INTERNAL', message: 'x' } }],
    kind: 'server-error',
  },
  { name: 'any: wrapped', error: { error: { code: 401, message: 'No' } }, kind: 'credential-rejected' },
  { name: 'any: a string', error: 'something broke', kind: 'server-error' },
  { name: 'any: a string that says overloaded', error: 'Overloaded', kind: 'overloaded' },
  { name: 'any: a status as a string', error: { code: '429', message: 'x' }, kind: 'rate-limited' },
  { name: 'any: null', error: null, kind: 'server-error' },
  { name: 'any: nothing', error: undefined, kind: 'server-error' },
  { name: 'any: a number', error: 500, kind: 'server-error' },
]
