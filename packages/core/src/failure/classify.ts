import type { Failure, FailureEvidence, FailureKind } from './failure.ts'
import { networkKindOf } from './network-kinds.ts'
import { failurePolicies } from './policies.ts'
import { providerErrorOf, providerErrorOfValue } from './provider-error.ts'
import type { ProviderError } from './provider-error.ts'
import { retryAfterMsOf } from './retry-after.ts'
import { clipped, scrub } from './scrub.ts'
import { statusInBand, statusKindOf } from './status-kinds.ts'

type Evidence<Type extends FailureEvidence['type']> = Extract<FailureEvidence, { readonly type: Type }>

/**
 * Returns what a failed attempt means, with a message that may be shown and logged. Never throws, whatever a provider sent; what says
 * nothing is `unknown`. Time is linear in the evidence and bounded: of a body, the first 65,536 characters count.
 */
export function classify(evidence: FailureEvidence): Failure {
  try {
    return classified(evidence)
  } catch {
    // A value that did not come from JSON may throw when it is read.
    return { kind: 'unknown', message: 'unreadable evidence' }
  }
}

function classified(evidence: FailureEvidence): Failure {
  switch (evidence.type) {
    case 'network':
      return networkFailure(evidence)
    case 'status':
      return statusFailure(evidence)
    case 'in-band':
      return inBandFailure(evidence)
    case 'timeout':
      return timeoutFailure(evidence)
    case 'malformed':
      return detailFailure('malformed-response', evidence.detail)
    case 'empty':
      return { kind: 'empty-response', message: 'an answer without content' }
    case 'incomplete':
      return detailFailure('incomplete-answer', evidence.detail)
    default:
      return { kind: 'unknown', message: 'unknown evidence' }
  }
}

const phaseWords: Readonly<Record<Evidence<'network'>['phase'], string>> = {
  connecting: 'while connecting',
  sent: 'before a response',
  receiving: 'during the response',
}

/** How soon it is worth asking a process again that has nothing left, in ms. Source: choice. */
const exhaustedForMs = 1_000

/** The network's own message is left out: it names addresses. */
function networkFailure({ code, phase, excused = false }: Evidence<'network'>): Failure {
  const known = codeOf([code])
  const kind = networkKindOf(code, phase)
  return {
    kind,
    ...known,
    ...(excused && { excused }),
    ...(kind === 'out-of-resources' && { retryAfterMs: exhaustedForMs }),
    message: `${known.code ?? 'network error'} ${phaseWords[phase] ?? ''}`.trimEnd(),
  }
}

function statusFailure({ status, headers, body }: Evidence<'status'>): Failure {
  const told = providerErrorOf(body)
  const type = headers['x-amzn-errortype']?.slice(0, longestException).split(':', 1)[0]
  const error = type === undefined ? told : { ...told, codes: [type, ...told.codes] }
  const message = told.form === 'blank' ? `status ${status}` : clipped(`status ${status}: ${wordsOf(error)}`)
  return { status, message, ...answerFailure(status, error, retryAfterMsOf(headers, error)) }
}

function inBandFailure({ error: value }: Evidence<'in-band'>): Failure {
  const error = providerErrorOfValue(value)
  return { message: wordsOf(error), ...answerFailure(statusInBand(error), error, retryAfterMsOf({}, error)) }
}

function answerFailure(
  status: number,
  error: ProviderError,
  retryAfterMs: number | undefined,
): Omit<Failure, 'message' | 'status'> {
  // Spent money does not come back by itself: a 402 with a time to wait is a throttle.
  const throttled = status === 402 && retryAfterMs !== undefined
  return {
    kind: throttled ? 'rate-limited' : statusKindOf(status, error),
    ...codeOf(error.codes),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** JSON that is cut off is not shown: it may hold the whole request. */
function wordsOf({ form, message, codes }: ProviderError): string {
  const cut = form === 'text' && /^[{[]/.test(message)
  const words = cut ? '' : scrub(message)
  if (words !== '') return words
  return shownOf(codes) ?? 'an error without a message'
}

const longestCode = 64
/** Characters of a header that names an exception. */
const longestException = 128

function codeOf(codes: readonly string[]): { readonly code?: string } {
  const code = shownOf(codes)
  return code === undefined ? {} : { code: clipped(code, longestCode) }
}

/** The first code of which something can be shown. */
function shownOf(codes: readonly string[]): string | undefined {
  return codes.map(scrub).find((code) => code !== '')
}

const timerKinds: Readonly<Record<Evidence<'timeout'>['timer'], FailureKind>> = {
  connect: 'unreachable',
  'first-token': 'first-token-timeout',
  idle: 'stalled',
  deadline: 'deadline-exceeded',
}

const timerWords: Readonly<Record<Evidence<'timeout'>['timer'], string>> = {
  connect: 'no connection within',
  'first-token': 'no first token within',
  idle: 'no content for',
  deadline: 'deadline passed after',
}

function timeoutFailure({ timer, afterMs }: Evidence<'timeout'>): Failure {
  return { kind: timerKinds[timer] ?? 'unknown', message: `${timerWords[timer]} ${Math.round(afterMs)} ms` }
}

function detailFailure(kind: FailureKind, detail: string): Failure {
  return { kind, message: clipped(`${failurePolicies[kind].summary}: ${scrub(detail)}`) }
}
