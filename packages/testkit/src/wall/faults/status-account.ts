import type { Fault } from '../fault.ts'
import {
  contentRefused,
  contextExceeded,
  credentialRejected,
  inBothModes,
  lastingServerError,
  modelUnavailable,
  quotaExhausted,
  rateLimited,
  regionBlocked,
} from './expectations.ts'
import { anthropic, bedrock, google, mistral, openAi, openRouter, page } from './provider-bodies.ts'
import { keyOf, refusal } from './variants.ts'

/** Key, money, permission and what stands before a provider (45–52). */
export const accountFaults: readonly Fault[] = [
  {
    number: 45,
    name: 'invalid or expired key',
    expected: inBothModes(credentialRejected),
    variants: {
      openai: refusal(
        401,
        openAi(
          'Incorrect API key provided: sk-proj-********************************Xy9A. You can find your API key at https://platform.openai.com/account/api-keys.',
          'invalid_request_error',
          'invalid_api_key',
        ),
      ),
      /** The whole key, which must go no further. */
      'quoted-key': refusal(401, (exchange) =>
        openAi(`Incorrect API key provided: ${keyOf(exchange)}`, 'invalid_request_error', 'invalid_api_key'),
      ),
      anthropic: refusal(401, anthropic('authentication_error', 'invalid x-api-key')),
      expired: refusal(401, { error: { message: 'Your API key has expired.', code: 'expired_api_key' } }),
      mistral: refusal(401, { message: 'Unauthorized', request_id: '5f2e' }),
      'no-body': refusal(401),
    },
  },
  {
    number: 46,
    name: 'address not allowed for the key',
    expected: inBothModes(credentialRejected),
    variants: {
      openai: refusal(
        401,
        openAi(
          'Your IP address is not authorized to make requests with this API key.',
          'invalid_request_error',
          'ip_not_authorized',
        ),
      ),
    },
  },
  {
    number: 47,
    name: 'balance exhausted',
    expected: inBothModes(quotaExhausted),
    variants: {
      deepseek: refusal(402, openAi('Insufficient Balance', 'unknown_error', 'invalid_request_error')),
      anthropic: refusal(402, anthropic('billing_error', 'There is an issue with your billing or payment.')),
      openrouter: refusal(
        402,
        openRouter(402, 'Insufficient credits. Add more using https://openrouter.ai/credits'),
      ),
      together: refusal(
        402,
        openAi(
          'You have reached your monthly limit. Please add a credit card.',
          'credit_limit',
          'credit_limit',
        ),
      ),
      mistral: refusal(402, mistral('Payment required', 'payment_required')),
      /** The status word is the one of a rate limit. */
      google: refusal(
        402,
        google(
          402,
          'RESOURCE_EXHAUSTED',
          'Your prepayment credits are depleted. Please go to AI Studio to manage your project.',
        ),
      ),
      'no-body': refusal(402),
    },
  },
  {
    number: 48,
    name: 'budget in flight exhausted',
    expected: inBothModes({ ...rateLimited, retryAfterMs: 5_000 }),
    variants: {
      openrouter: refusal(
        402,
        openRouter(402, 'Your in-flight requests exceed what your credits can cover.', {
          limit_source: 'openrouter_in_flight_budget',
        }),
        { headers: { 'retry-after': '5' } },
      ),
    },
  },
  {
    number: 49,
    name: 'permission denied',
    expected: inBothModes(credentialRejected),
    variants: {
      google: refusal(403, google(403, 'PERMISSION_DENIED', 'The caller does not have permission')),
      'no-body': refusal(403),
      region: refusal(
        403,
        openAi(
          'Country, region, or territory not supported',
          'request_forbidden',
          'unsupported_country_region_territory',
        ),
        { expected: regionBlocked },
      ),
      'google-location': refusal(
        400,
        google(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
        { expected: regionBlocked },
      ),
      /** Of a model that the key may not use the caller is told as of one that is not there. */
      model: refusal(
        403,
        { message: "You don't have access to the model with the specified model ID." },
        { headers: bedrock('AccessDeniedException'), expected: modelUnavailable },
      ),
    },
  },
  {
    number: 50,
    name: 'context too long as a 403',
    expected: inBothModes(contextExceeded),
    variants: {
      together: refusal(
        403,
        openAi(
          'Input token count + max_tokens parameter must be less than the context length of the model being queried.',
          'invalid_request_error',
        ),
      ),
    },
  },
  {
    number: 51,
    name: 'moderation as a 403',
    expected: inBothModes(contentRefused),
    variants: {
      openrouter: refusal(
        403,
        openRouter(
          403,
          'openai/gpt-4o requires moderation on OpenAI. Your input was flagged for "violence".',
          {
            reasons: ['violence'],
            flagged_input: 'a long te…nted here',
            provider_name: 'OpenAI',
            model_slug: 'openai/gpt-4o',
          },
        ),
      ),
    },
  },
  {
    number: 52,
    name: 'page of a firewall',
    expected: inBothModes(lastingServerError),
    variants: {
      cloudflare: refusal(
        403,
        page('Attention Required! | Cloudflare', 'Sorry, you have been blocked. Your API key was not read.'),
        { headers: { server: 'cloudflare', 'cf-ray': '9a1b2c3d4e5f6789-FRA' } },
      ),
      code: refusal(403, 'error code: 1010'),
      nginx: refusal(403, page('403 Forbidden')),
      challenge: refusal(403, page('Just a moment...', 'Checking your browser before you continue.'), {
        headers: { 'cf-mitigated': 'challenge' },
      }),
    },
  },
]
