import type { FailureKind } from './failure.ts'
import { errorWordsOf, isSaid } from './error-words.ts'
import { markers } from './markers.ts'
import type { ProviderError } from './provider-error.ts'

/** What a status means where no marker says more. Those of a class that are not listed follow it. */
const kindsByStatus: Readonly<Record<number, FailureKind>> = {
  0: 'server-error',
  400: 'invalid-request',
  401: 'credential-rejected',
  402: 'quota-exhausted',
  403: 'credential-rejected',
  404: 'misconfigured',
  405: 'misconfigured',
  406: 'misconfigured',
  407: 'misconfigured',
  408: 'first-token-timeout',
  409: 'conflict',
  410: 'model-unavailable',
  411: 'misconfigured',
  413: 'payload-too-large',
  414: 'misconfigured',
  415: 'misconfigured',
  421: 'server-error',
  422: 'invalid-request',
  423: 'server-error',
  424: 'server-error',
  425: 'server-error',
  426: 'server-error',
  428: 'server-error',
  429: 'rate-limited',
  431: 'server-error',
  451: 'content-refused',
  495: 'misconfigured',
  496: 'misconfigured',
  497: 'misconfigured',
  498: 'rate-limited',
  499: 'server-error',
  503: 'overloaded',
  524: 'first-token-timeout',
  529: 'overloaded',
}

/**
 * Returns what an answer with an error means: what a marker says, else what the status says. Status 0 stands for an error in a 200 that
 * names none. Web pages come from proxies, not from the API, so only their status counts.
 */
export function statusKindOf(status: number, error: ProviderError): FailureKind {
  const words = errorWordsOf(error)
  const marker =
    error.form === 'html'
      ? undefined
      : markers.find((one) => (one.statuses?.includes(status) ?? true) && isSaid(one, words))
  return marker?.kind ?? bareKindOf(status, error)
}

function bareKindOf(status: number, error: ProviderError): FailureKind {
  if (error.form === 'html' && status === 403) return 'server-error'
  // Some servers answer a prompt that is too long without a word.
  if (error.form === 'blank' && (status === 400 || status === 413)) return 'context-exceeded'
  if (status === 400 && (error.form === 'html' || (error.message === '' && error.codes.length === 0)))
    return 'unknown'
  return kindsByStatus[status] ?? kindOfClass(status)
}

function kindOfClass(status: number): FailureKind {
  if (!Number.isFinite(status)) return 'unknown'
  if (status >= 500 || status < 200) return 'server-error'
  return status >= 300 && status < 400 ? 'misconfigured' : 'unknown'
}

/** Parts of codes and types, in lower case, and the statuses that providers send with them. The first match counts. */
const statusesByCode: readonly (readonly [part: string, status: number])[] = [
  ['rate_limit', 429],
  ['resource_exhausted', 429],
  ['throttling', 429],
  ['overloaded', 529],
  ['provider_unavailable', 502],
  ['timeout', 504],
  ['invalid_request', 400],
  ['invalid_argument', 400],
  ['invalid_prompt', 400],
  ['bad_request', 400],
  ['badrequest', 400],
  ['validation', 400],
  ['failed_precondition', 400],
  ['authentication', 401],
  ['unauthenticated', 401],
  ['unauthorized', 401],
  ['billing', 402],
  ['payment_required', 402],
  ['permission', 403],
  ['accessdenied', 403],
  ['forbidden', 403],
  ['not_found', 404],
  ['notfound', 404],
  ['conflict', 409],
  ['too_large', 413],
  ['unprocessable', 422],
  ['unavailable', 503],
]

/** Returns the status that an error in a 200 would have had: the one that it names, or that of its code; 0 where nothing tells. */
export function statusInBand(error: ProviderError): number {
  if (error.status !== undefined) return error.status
  const codes = error.codes.join('\n').toLowerCase()
  return statusesByCode.find(([part]) => codes.includes(part))?.[1] ?? 0
}
