import type { Fault } from '../fault.ts'
import {
  contentRefused,
  inBothModes,
  quotaExhausted,
  rateLimited,
  serverError,
  shortWait,
  tooLarge,
} from './expectations.ts'
import { anthropic, bedrock, google, mistral, openAi, page } from './provider-bodies.ts'
import { refusal } from './variants.ts'

const quotaFailure = 'type.googleapis.com/google.rpc.QuotaFailure'

/** A quota of Google's; a minute's one says when it comes back. */
function googleQuota(quotaId: string, quotaValue: string): object {
  const message =
    'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.'
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }
  return {
    error: {
      code: 429,
      message,
      status: 'RESOURCE_EXHAUSTED',
      details: [{ '@type': quotaFailure, violations: [{ quotaId, quotaValue }] }, retry],
    },
  }
}

/** Throttles, and statuses that stand for one or for a caller (65–73). */
export const throttleFaults: readonly Fault[] = [
  {
    number: 65,
    name: 'rate limit',
    expected: inBothModes(rateLimited),
    variants: {
      openai: refusal(
        429,
        openAi(
          'Rate limit reached for gpt-4o in organization org-01 on tokens per min (TPM): Limit 30000, Used 29500, Requested 1200. Please try again in 1.4s. Visit https://platform.openai.com/account/rate-limits to learn more.',
          'tokens',
          'rate_limit_exceeded',
        ),
        { headers: { 'retry-after': '2', 'retry-after-ms': '1400' }, expected: shortWait(1_400) },
      ),
      anthropic: refusal(
        429,
        anthropic(
          'rate_limit_error',
          "This request would exceed your organization's rate limit of 50,000 input tokens per minute",
        ),
        { headers: { 'retry-after': '12' }, expected: { retryAfterMs: 12_000 } },
      ),
      /** It sounds like a context that is too long. */
      bedrock: refusal(
        429,
        { message: 'Too many tokens, please wait before trying again.' },
        { headers: bedrock('ThrottlingException') },
      ),
      'bedrock-quota': refusal(
        400,
        { message: 'You have exceeded a quota of your account.' },
        { headers: bedrock('ServiceQuotaExceededException') },
      ),
      mistral: refusal(429, mistral('Requests rate limit exceeded', 'rate_limited', '1300')),
      deepseek: refusal(429, openAi('Rate limit reached for requests', 'rate_limit_error')),
      page: refusal(429, page('429 Too Many Requests'), {
        headers: { 'retry-after': '3' },
        expected: shortWait(3_000),
      }),
      'no-body': refusal(429),
      /** More than a whole minute's: no wait helps, and it says nothing of what others may send. */
      'request-too-large': refusal(
        429,
        openAi(
          'Request too large for gpt-4o in organization org-01 on tokens per min (TPM): Limit 30000, Requested 41234. The input or output tokens must be reduced in order to run successfully.',
          'tokens',
          'rate_limit_exceeded',
        ),
        { expected: tooLarge },
      ),
    },
  },
  {
    number: 66,
    name: 'quota exhausted as a rate limit',
    expected: inBothModes(quotaExhausted),
    variants: {
      'insufficient-quota': refusal(
        429,
        openAi(
          'You exceeded your current quota, please check your plan and billing details.',
          'insufficient_quota',
          'insufficient_quota',
        ),
      ),
      'credit-balance': refusal(
        429,
        openAi(
          'You exceeded your current quota, please check your plan and billing details.',
          'insufficient_quota',
          'credit_balance_exhausted',
        ),
      ),
      moonshot: refusal(
        429,
        openAi(
          'Your account is suspended due to insufficient balance, please recharge your account.',
          'exceeded_current_quota_error',
        ),
      ),
    },
  },
  {
    number: 67,
    name: 'load grew too fast',
    expected: inBothModes(rateLimited),
    variants: {
      openai: refusal(
        429,
        openAi(
          'Your request rate rose too quickly. Please reduce it to its original level, keep it for 15 minutes and then raise it gradually.',
          'slow_down',
          'slow_down',
        ),
      ),
    },
  },
  {
    number: 68,
    name: 'spend limit as a rate limit',
    expected: inBothModes(quotaExhausted),
    variants: {
      anthropic: refusal(
        429,
        anthropic('rate_limit_error', 'This request would exceed the monthly limit of your workspace.', {
          error_code: 'enforced_spend_limit_reached',
        }),
      ),
    },
  },
  {
    number: 69,
    name: 'quota of a minute or a day',
    expected: inBothModes({ ...rateLimited, retryAfterMs: 34_000 }),
    variants: {
      minute: refusal(429, googleQuota('GenerateRequestsPerMinutePerProjectPerModel', '15')),
      day: refusal(429, googleQuota('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '1500')),
      list: refusal(429, [googleQuota('GenerateRequestsPerMinutePerProjectPerModel', '15')]),
      /** Nothing says when it comes back. */
      bare: refusal(
        429,
        google(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
        {
          expected: { retryAfterMs: 0 },
        },
      ),
    },
  },
  {
    number: 70,
    name: 'model not ready',
    // Not a 503: the caller is told that it came too early, as by every provider that closes a gate.
    expected: inBothModes({ ...rateLimited, action: 'retry' }),
    variants: {
      bedrock: refusal(
        429,
        { message: 'Model is not ready for inference. Wait and try your request again.' },
        { headers: bedrock('ModelNotReadyException') },
      ),
    },
  },
  {
    number: 71,
    name: 'unavailable for legal reasons',
    expected: inBothModes(contentRefused),
    variants: {
      worded: refusal(451, { error: { message: 'Unavailable For Legal Reasons', code: 451 } }),
      'no-body': refusal(451),
    },
  },
  {
    number: 72,
    name: 'flexible capacity exceeded',
    // Not a 503: the caller is told that it came too early, as by every provider that closes a gate.
    expected: inBothModes(rateLimited),
    variants: {
      groq: refusal(
        498,
        openAi('Flex tier capacity exceeded. Please try again later.', 'flex', 'capacity_exceeded'),
      ),
    },
  },
  {
    number: 73,
    name: 'cancelled, though not by us',
    expected: inBothModes(serverError),
    variants: {
      groq: refusal(499, openAi('Request cancelled by the caller.', 'request_cancelled')),
      nginx: refusal(499),
    },
  },
]
