import type { FailureEvidence, FailureKind } from './failure.ts'

type NetworkError = Extract<FailureEvidence, { readonly type: 'network' }>

/** What an error means by where the exchange stood. A code that says more is in one of the tables below. */
const kindsByPhase: Readonly<Record<NetworkError['phase'], FailureKind>> = {
  connecting: 'unreachable',
  sent: 'connection-lost',
  receiving: 'incomplete-answer',
}

/** Codes that mean the same in every phase. Sources: Node's and undici's lists of error codes. */
const kindsByCode: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EADDRNOTAVAIL: 'out-of-resources',
  EMFILE: 'out-of-resources',
  ENFILE: 'out-of-resources',
  ENOBUFS: 'out-of-resources',
  ENOMEM: 'out-of-resources',
  UND_ERR_CONNECT_TIMEOUT: 'unreachable',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unreachable',
  SELF_SIGNED_CERT_IN_CHAIN: 'unreachable',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unreachable',
  UNABLE_TO_GET_ISSUER_CERT: 'unreachable',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unreachable',
  HOSTNAME_MISMATCH: 'unreachable',
  UND_ERR_HEADERS_TIMEOUT: 'first-token-timeout',
  UND_ERR_BODY_TIMEOUT: 'stalled',
  UND_ERR_HEADERS_OVERFLOW: 'malformed-response',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'malformed-response',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'malformed-response',
  ERR_ASSERTION: 'malformed-response',
  UND_ERR_INVALID_ARG: 'misconfigured',
  ERR_PRIVATE_NETWORK: 'misconfigured',
  // Our own queue for connections is full: the endpoint is busy with us, and no worse for it.
  ERR_TOO_MANY_WAITING: 'rate-limited',
  UND_ERR_ABORTED: 'aborted',
  ABORT_ERR: 'aborted',
}

/** Beginnings of codes that mean a failed handshake in every phase. */
const handshakePrefixes = ['CERT_', 'ERR_TLS_'] as const

/** Returns what an error of the socket or the HTTP parser means. */
export function networkKindOf(code: string, phase: NetworkError['phase']): FailureKind {
  if (Object.hasOwn(kindsByCode, code)) return kindsByCode[code] ?? 'unknown'
  if (handshakePrefixes.some((prefix) => code.startsWith(prefix))) return 'unreachable'
  // What came instead of a response is not HTTP; once a response has begun, it is a response that ends early.
  if (code.startsWith('HPE_') && phase === 'sent') return 'malformed-response'
  return kindsByPhase[phase] ?? 'unknown'
}
