import type { Fault, FaultExpectation, FaultVariant } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { inBothModes, lastingServerError, overloaded, serverError, timedOut } from './expectations.ts'
import { anthropic, google, openAi, page } from './provider-bodies.ts'
import { each, onRequest, refusal } from './variants.ts'

/** A content network answered a page of its own in place of the provider. */
function cloudflare(status: number, reason: string): FaultVariant {
  return refusal(status, page(`api.example.com | ${status}: ${reason}`), {
    headers: { server: 'cloudflare', 'cf-ray': '9a1b2c3d4e5f6789-FRA' },
  })
}

const reasons = {
  520: 'Web server is returning an unknown error',
  521: 'Web server is down',
  522: 'Connection timed out',
  523: 'Origin is unreachable',
  525: 'SSL handshake failed',
  526: 'Invalid SSL certificate',
  527: 'Railgun error',
} as const

/** How long the content network waits before it gives up; a hundred seconds in the wild. */
const patienceMs = 50

const gatewayTimeout: FaultExpectation = { ...timedOut, action: 'retry' }

function answerLate(exchange: WallExchange): void {
  exchange.bill(exchange.answer.tokens.length)
  exchange.after(patienceMs, () =>
    exchange.respond(524, page('api.example.com | 524: A timeout occurred'), { 'content-type': 'text/html' }),
  )
}

/** The provider failed, or what stands before it (74–81). */
export const serverFaults: readonly Fault[] = [
  {
    number: 74,
    name: 'server error',
    expected: inBothModes(serverError),
    variants: {
      openai: refusal(
        500,
        openAi('The server had an error while processing your request. Sorry about that!', 'server_error'),
      ),
      anthropic: refusal(500, anthropic('api_error', 'Internal server error')),
      google: refusal(500, google(500, 'INTERNAL', 'An internal error has occurred.')),
      text: refusal(500, 'Internal Server Error'),
      page: refusal(500, page('500 Internal Server Error')),
      'cut-json': refusal(500, '{"error":{"message":"The server had an er', {
        headers: { 'content-type': 'application/json' },
      }),
      'no-body': refusal(500),
    },
  },
  {
    number: 75,
    name: 'not implemented',
    expected: inBothModes(lastingServerError),
    variants: each([501, 505], (status) => refusal(status, { error: { message: `status ${status}` } })),
  },
  {
    number: 76,
    name: 'bad gateway or gateway timeout',
    expected: inBothModes(serverError),
    variants: {
      '502': refusal(502, page('502 Bad Gateway')),
      '504': refusal(504, page('504 Gateway Time-out'), { expected: gatewayTimeout }),
      'deadline-exceeded': refusal(
        504,
        google(504, 'DEADLINE_EXCEEDED', 'The request timed out. Please try again.'),
        { expected: gatewayTimeout },
      ),
      'anthropic-timeout': refusal(504, anthropic('timeout_error', 'Request timed out'), {
        expected: gatewayTimeout,
      }),
    },
  },
  {
    number: 77,
    name: 'overloaded as a 503',
    // Half a failure, not a whole one: the provider works, though not for us now.
    expected: inBothModes(overloaded),
    variants: {
      'retry-after': refusal(
        503,
        openAi('The engine is currently overloaded, please try again later.', 'server_error'),
        {
          headers: { 'retry-after': '9' },
          expected: { action: 'failover', retryAfterMs: 9_000 },
        },
      ),
      openai: refusal(
        503,
        openAi(
          'Our servers are currently overloaded. Please try again later.',
          'server_error',
          'server_is_overloaded',
        ),
      ),
      google: refusal(503, google(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')),
      deepseek: refusal(
        503,
        openAi(
          'Service is too busy. We advise users to switch to another provider for now.',
          'service_unavailable_error',
        ),
      ),
      'no-body': refusal(503),
    },
  },
  {
    number: 78,
    name: 'page of a content network',
    expected: inBothModes(serverError),
    variants: each([520, 521, 522, 523, 525, 526, 527], (status) => cloudflare(status, reasons[status])),
  },
  {
    number: 79,
    name: 'content network gave up waiting',
    expected: inBothModes(timedOut),
    variants: { late: onRequest(answerLate) },
  },
  {
    number: 80,
    name: 'overloaded',
    expected: inBothModes(overloaded),
    variants: {
      anthropic: refusal(529, anthropic('overloaded_error', 'Overloaded')),
      'no-body': refusal(529),
    },
  },
  {
    number: 81,
    name: 'status of a network',
    expected: inBothModes(lastingServerError),
    variants: {
      '530': cloudflare(530, 'Origin DNS error (error code: 1016)'),
      '598': refusal(598, 'Network read timeout'),
      '599': refusal(599, 'Network connect timeout'),
    },
  },
]
