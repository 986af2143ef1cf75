import type { Fault, FaultVariant } from '../fault.ts'
import { inBothModes, rateLimited, shortWait, tolerated } from './expectations.ts'
import { google, openAi } from './provider-bodies.ts'
import { onRequest, refusal } from './variants.ts'

type Headers = Readonly<Record<string, string>>

/** A 429 that says by headers alone how long to stay away. */
function throttle(headers: Headers, retryAfterMs?: number): FaultVariant {
  const body = openAi('Rate limit reached for requests', 'requests', 'rate_limit_exceeded')
  return refusal(429, body, { headers, ...(retryAfterMs !== undefined && { expected: { retryAfterMs } }) })
}

/** A 429 with a date to come back at, by a clock that is ahead of ours. */
function throttleUntil(waitMs: number, aheadMs: number): FaultVariant {
  return onRequest((exchange) => {
    const nowMs = Date.now() + aheadMs
    exchange.respond(429, exchange.format.error('Rate limit reached for requests', 'rate_limit_exceeded'), {
      date: new Date(nowMs).toUTCString(),
      'retry-after': new Date(nowMs + waitMs).toUTCString(),
    })
  })
}

/** A good answer that states a limit of requests. */
function limited(headers: () => Headers, avoided?: true): FaultVariant {
  return onRequest(
    (exchange) => exchange.answerWell({ date: new Date().toUTCString(), ...headers() }),
    avoided === undefined ? {} : { expected: { avoided } },
  )
}

/** The three headers of a limit of requests. */
function requestLimit(limit: string, remaining: string, reset: string): Headers {
  return {
    'x-ratelimit-limit-requests': limit,
    'x-ratelimit-remaining-requests': remaining,
    'x-ratelimit-reset-requests': reset,
  }
}

/** Nothing is left of a limit until a reset, as the provider writes it. */
function usedUp(reset: () => string, avoided?: true): FaultVariant {
  return limited(() => requestLimit('1000', '0', reset()), avoided)
}

const hourMs = 3_600_000
const twoHoursMs = 2 * hourMs

/** What is said of how long to stay away (82–89). */
export const rateHeaderFaults: readonly Fault[] = [
  {
    number: 82,
    name: 'retry-after in seconds',
    expected: inBothModes({ ...rateLimited, retryAfterMs: 7_000 }),
    variants: { seconds: throttle({ 'retry-after': '7' }) },
  },
  {
    number: 83,
    name: 'retry-after as a date of another clock',
    expected: inBothModes({ ...rateLimited, retryAfterMs: 30_000 }),
    variants: {
      'clock-ahead': throttleUntil(30_000, twoHoursMs),
      'clock-behind': throttleUntil(30_000, -twoHoursMs),
      'clock-right': throttleUntil(30_000, 0),
    },
  },
  {
    number: 84,
    name: 'retry-after that makes no sense',
    expected: inBothModes(rateLimited),
    variants: {
      'past-date': { ...throttleUntil(-60_000, 0), expected: { retryAfterMs: 0 } },
      zero: throttle({ 'retry-after': '0' }, 0),
      negative: throttle({ 'retry-after': '-5' }, 0),
      /** Thirty years: nobody is believed for longer than an hour. */
      huge: throttle({ 'retry-after': '1000000000' }, hourMs),
      exponent: throttle({ 'retry-after': '1e9' }),
      word: throttle({ 'retry-after': 'abc' }, 0),
      empty: throttle({ 'retry-after': '' }, 0),
      'four-kilobytes': throttle({ 'retry-after': '7'.repeat(4_096) }),
      'two-values': throttle({ 'retry-after': '7, 9' }),
      // Of the two lines the first is in the value of a header, too.
      'two-headers': throttle({ 'retry-after': '7\r\nretry-after: 9' }),
    },
  },
  {
    number: 85,
    name: 'retry-after in milliseconds',
    expected: inBothModes({ ...rateLimited, retryAfterMs: 5_350 }),
    variants: {
      openai: throttle({ 'retry-after-ms': '5350', 'retry-after': '6' }),
      azure: throttle({ 'x-ms-retry-after-ms': '5350', 'retry-after': '6' }),
      alone: throttle({ 'retry-after-ms': '5350' }),
    },
  },
  {
    number: 86,
    name: 'time to wait in the body',
    expected: inBothModes(rateLimited),
    variants: {
      google: refusal(
        429,
        {
          error: {
            code: 429,
            message: 'Resource has been exhausted (e.g. check quota).',
            status: 'RESOURCE_EXHAUSTED',
            details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }],
          },
        },
        { expected: { retryAfterMs: 34_000 } },
      ),
      'google-text': refusal(
        429,
        google(
          429,
          'RESOURCE_EXHAUSTED',
          'You exceeded your quota of requests. Please retry in 34.074824224s.',
        ),
        { expected: { retryAfterMs: 34_075 } },
      ),
      groq: refusal(
        429,
        openAi(
          'Rate limit reached for model `llama-3.3-70b-versatile` on tokens per minute (TPM): Limit 12000, Used 11900, Requested 1055. Please try again in 4.77s.',
          'tokens',
          'rate_limit_exceeded',
        ),
        { expected: { retryAfterMs: 4_770 } },
      ),
      'groq-minutes': refusal(
        429,
        openAi(
          'Rate limit reached on tokens per day (TPD). Please try again in 7m54.336s.',
          'tokens',
          'rate_limit_exceeded',
        ),
        { expected: { retryAfterMs: 474_336 } },
      ),
      milliseconds: refusal(
        429,
        openAi(
          'Rate limit reached on requests. Please try again in 350ms.',
          'requests',
          'rate_limit_exceeded',
        ),
        { expected: shortWait(350) },
      ),
    },
  },
  {
    number: 87,
    name: 'reset of a limit in every shape',
    expected: inBothModes(tolerated),
    variants: {
      duration: usedUp(() => '6m0s', true),
      // Over before the next call, where the client's clock is fast.
      second: usedUp(() => '1s'),
      milliseconds: usedUp(() => '350ms'),
      'seconds-as-number': usedUp(() => '360', true),
      'rfc-3339': usedUp(() => new Date(Date.now() + hourMs).toISOString(), true),
      epoch: usedUp(() => String(Math.floor((Date.now() + hourMs) / 1_000)), true),
      'epoch-milliseconds': usedUp(() => String(Date.now() + hourMs), true),
      negative: limited(() => requestLimit('-1', '-1', '-1')),
      zero: limited(() => requestLimit('0', '0', '0')),
      word: limited(() => requestLimit('unlimited', 'NaN', 'soon')),
    },
  },
  {
    number: 88,
    name: 'nothing left of a limit',
    // No gate: a good answer closes none. The account of the provider's limits turns the next call away.
    expected: inBothModes({ ...tolerated, avoided: true }),
    variants: {
      requests: usedUp(() => '60s'),
      tokens: limited(() => ({
        'x-ratelimit-limit-tokens': '30000',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '60s',
      })),
      anthropic: limited(() => ({
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': new Date(Date.now() + 60_000).toISOString(),
      })),
    },
  },
  {
    number: 89,
    name: 'longer to wait than a caller does',
    expected: inBothModes({ ...rateLimited, retryAfterMs: 3_000_000 }),
    variants: { seconds: throttle({ 'retry-after': '3000' }) },
  },
]
