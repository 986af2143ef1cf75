import type { Fault } from '../fault.ts'
import { contextErrors } from './context-errors.ts'
import {
  contentRefused,
  contextExceeded,
  credentialRejected,
  inBothModes,
  invalidRequest,
  quotaExhausted,
  unsupportedParameter,
} from './expectations.ts'
import { anthropic, google, mistral, openAi, openRouter } from './provider-bodies.ts'
import { promptOf, refusal } from './variants.ts'

const invalid = 'invalid_request_error'

const apiKeyInvalid = {
  error: {
    code: 400,
    message: 'API key not valid. Please pass a valid API key.',
    status: 'INVALID_ARGUMENT',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'API_KEY_INVALID',
        domain: 'googleapis.com',
      },
    ],
  },
}

/** What a 400 may mean (39–44). */
export const badRequestFaults: readonly Fault[] = [
  {
    number: 39,
    name: 'malformed request',
    expected: inBothModes(invalidRequest),
    variants: {
      openai: refusal(
        400,
        openAi(
          "Invalid value: 'robot'. Supported values are: 'system', 'assistant' and 'user'.",
          invalid,
          'invalid_value',
        ),
      ),
      anthropic: refusal(400, anthropic(invalid, 'messages: first message must use the "user" role')),
      google: refusal(400, [
        google(
          400,
          'INVALID_ARGUMENT',
          'Please ensure that multiturn requests alternate between user and model.',
        ),
      ]),
      mistral: refusal(400, mistral('Expected last role User or Tool but got assistant', invalid, '3230')),
      /** However little of the prompt it is, it must go no further. */
      'quoted-beginning': refusal(400, (exchange) =>
        openAi(
          `Invalid value for 'content': expected an array of objects, got '${promptOf(exchange).slice(0, 40)}' instead.`,
          invalid,
        ),
      ),
      /** Python's validation errors quote what was sent. */
      'quoted-prompt': refusal(400, (exchange) => ({
        object: 'error',
        message: `[{'type': 'value_error', 'loc': ('body', 'top_p'), 'msg': 'out of range', 'input': '${promptOf(exchange)}'}]`,
        type: 'BadRequestError',
        param: null,
        code: 400,
      })),
    },
  },
  {
    number: 40,
    name: 'unsupported parameter',
    expected: inBothModes(unsupportedParameter),
    variants: {
      openai: refusal(
        400,
        openAi(
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          invalid,
          'unsupported_parameter',
        ),
      ),
      'openai-value': refusal(
        400,
        openAi(
          "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
          invalid,
          'unsupported_value',
        ),
      ),
      'openai-unknown': refusal(400, openAi("Unknown parameter: 'top_k'.", invalid, 'unknown_parameter')),
      anthropic: refusal(400, anthropic(invalid, 'top_a: Extra inputs are not permitted')),
      google: refusal(400, [
        google(
          400,
          'INVALID_ARGUMENT',
          'Invalid JSON payload received. Unknown name "logit_bias": Cannot find field.',
        ),
      ]),
      groq: refusal(
        400,
        openAi(
          "'messages.0' : for 'role:user' the following must be satisfied[('messages.0' : property 'name' is unsupported)]",
          invalid,
        ),
      ),
      mistral: refusal(
        422,
        mistral(
          {
            detail: [
              {
                type: 'extra_forbidden',
                loc: ['body', 'logit_bias'],
                msg: 'Extra inputs are not permitted',
                input: {},
              },
            ],
          },
          invalid,
        ),
      ),
    },
  },
  {
    number: 41,
    name: 'context length exceeded',
    expected: inBothModes(contextExceeded),
    variants: contextErrors,
  },
  {
    number: 42,
    name: 'prompt refused by a content policy',
    expected: inBothModes(contentRefused),
    variants: {
      openai: refusal(
        400,
        openAi(
          'Your request was rejected as a result of our safety system.',
          invalid,
          'content_policy_violation',
        ),
      ),
      azure: refusal(400, {
        error: {
          message:
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
          type: null,
          param: 'prompt',
          code: 'content_filter',
          status: 400,
          innererror: {
            code: 'ResponsibleAIPolicyViolation',
            content_filter_result: { violence: { filtered: true, severity: 'high' } },
          },
        },
      }),
      deepseek: refusal(400, openAi('Content Exists Risk', invalid, 'invalid_request_error')),
      qwen: refusal(
        400,
        openAi(
          'Input data may contain inappropriate content.',
          'data_inspection_failed',
          'data_inspection_failed',
        ),
      ),
      openrouter: refusal(
        400,
        openRouter(400, 'Provider returned error', {
          raw: '{"error":{"message":"The prompt was flagged by our content filter","code":"content_filter"}}',
          provider_name: 'Azure',
        }),
      ),
    },
  },
  {
    number: 43,
    name: 'spend limit as a bad request',
    expected: inBothModes(quotaExhausted),
    variants: {
      'spend-limit': refusal(
        400,
        anthropic(
          invalid,
          'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
        ),
      ),
      'credit-balance': refusal(
        400,
        anthropic(
          invalid,
          'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
        ),
      ),
    },
  },
  {
    number: 44,
    name: 'bad key as a bad request',
    expected: inBothModes(credentialRejected),
    variants: {
      google: refusal(400, apiKeyInvalid),
      'google-list': refusal(400, [apiKeyInvalid]),
      xai: refusal(400, {
        code: 'Client specified an invalid argument',
        error: 'Incorrect API key provided: xa***Z9. You can obtain an API key from https://console.x.ai.',
      }),
    },
  },
]
