import type { Failure, FailureKind } from './failure.ts'

/** What follows from a kind of failure. */
export interface FailurePolicy {
  /** A few words for logs, lower case. */
  readonly summary: string
  /** Whether the call goes on with its next endpoint, given that nothing was delivered yet. */
  readonly next: 'failover' | 'stop'
  /**
   * What the next endpoint needs for a failover to be of use. Catalogs do not state how large a body may be, so `larger-body` rules
   * none out. Default: nothing.
   */
  readonly requires?: 'larger-context' | 'larger-body'
  /** Weight of the failure against the endpoint's health and breaker: 0 says nothing of it, 1 is a failure like any other. */
  readonly health: 0 | 0.5 | 1
  /** What the endpoint does next: `gate` waits out the time that the provider names, `hold` stays away until a person may have acted. */
  readonly state: 'none' | 'gate' | 'hold'
  /** What a hold is of: every endpoint that uses the key, or this endpoint's model. Present exactly when `state` is `hold`. */
  readonly holdScope?: 'key' | 'model'
  /** What an attempt without reported usage costs: nothing, or the prompt may have been billed. */
  readonly billing: 'free' | 'assumed'
  /** What the caller is told if this failure ends the call. */
  readonly client: ClientError
}

/** An error as the caller sees it. A provider's quarrel with our key is never a 401: the caller's key is fine. */
export interface ClientError {
  /** HTTP status, 400..599. */
  readonly status: number
  readonly code: string
  readonly type: string
}

const fault = { next: 'failover', health: 1, state: 'none', billing: 'assumed' } as const
const refusal = { next: 'failover', health: 0, state: 'none', billing: 'free' } as const

/**
 * The taxonomy of failures as data: one row per kind. Sources: the weights and who pays are choices, after the retry rules of the
 * official OpenAI and AWS SDKs and Envoy's outlier detection; codes are OpenAI's where it has one.
 */
export const failurePolicies: Readonly<Record<FailureKind, FailurePolicy>> = freezeRows({
  unreachable: {
    ...fault,
    summary: 'unreachable',
    billing: 'free',
    client: providerError(502, 'provider_unreachable'),
  },
  /** Another endpoint needs what is lacking too, and the caller does well to come back later, or to another instance. */
  'out-of-resources': {
    ...refusal,
    summary: 'out of resources',
    next: 'stop',
    client: providerError(503, 'router_overloaded'),
  },
  /** The request may have run, so it may be paid for twice; another endpoint is tried all the same. */
  'connection-lost': {
    ...fault,
    summary: 'connection lost',
    client: providerError(502, 'provider_connection_lost'),
  },
  'first-token-timeout': {
    ...fault,
    summary: 'no first token in time',
    client: providerError(504, 'provider_timeout'),
  },
  stalled: { ...fault, summary: 'stalled', client: providerError(504, 'provider_stalled') },
  /** No time is left for another attempt. The deadline was the caller's choice, so it says nothing of the endpoint. */
  'deadline-exceeded': {
    ...fault,
    summary: 'deadline exceeded',
    next: 'stop',
    health: 0,
    client: providerError(504, 'deadline_exceeded'),
  },
  /** Half a failure: the provider works, though not for us now. */
  overloaded: {
    ...refusal,
    summary: 'overloaded',
    health: 0.5,
    state: 'gate',
    client: providerError(503, 'provider_overloaded'),
  },
  'server-error': { ...fault, summary: 'server error', client: providerError(502, 'provider_error') },
  /** Nothing ran, and the next attempt may find it gone. */
  conflict: {
    ...refusal,
    summary: 'conflict',
    client: { status: 409, code: 'conflict', type: 'server_error' },
  },
  /** A throttle is not ill health: it closes a gate and never opens a breaker. */
  'rate-limited': {
    ...refusal,
    summary: 'rate limited',
    state: 'gate',
    client: { status: 429, code: 'rate_limit_exceeded', type: 'rate_limit_error' },
  },
  /** A 402, which SDKs do not retry. */
  'quota-exhausted': {
    ...refusal,
    summary: 'quota exhausted',
    state: 'hold',
    holdScope: 'key',
    client: { status: 402, code: 'insufficient_quota', type: 'insufficient_quota' },
  },
  'credential-rejected': {
    ...refusal,
    summary: 'credential rejected',
    state: 'hold',
    holdScope: 'key',
    client: providerError(502, 'provider_auth'),
  },
  'model-unavailable': {
    ...refusal,
    summary: 'model unavailable',
    state: 'hold',
    holdScope: 'model',
    client: requestError(404, 'model_not_found'),
  },
  /** Other endpoints of the same key may stand in other regions, so only this one is held. */
  'region-blocked': {
    ...refusal,
    summary: 'region blocked',
    state: 'hold',
    holdScope: 'model',
    client: providerError(502, 'provider_region_blocked'),
  },
  'context-exceeded': {
    ...refusal,
    summary: 'context exceeded',
    requires: 'larger-context',
    client: requestError(400, 'context_length_exceeded'),
  },
  'payload-too-large': {
    ...refusal,
    summary: 'payload too large',
    requires: 'larger-body',
    client: requestError(413, 'payload_too_large'),
  },
  /** Asking elsewhere for what one provider refused is for the caller to decide. */
  'content-refused': {
    ...refusal,
    summary: 'content refused',
    next: 'stop',
    client: requestError(400, 'content_filter'),
  },
  'parameter-unsupported': {
    ...refusal,
    summary: 'parameter unsupported',
    client: requestError(400, 'unsupported_parameter'),
  },
  'invalid-request': {
    ...refusal,
    summary: 'invalid request',
    next: 'stop',
    client: requestError(400, 'invalid_request'),
  },
  'malformed-response': {
    ...fault,
    summary: 'malformed response',
    client: providerError(502, 'provider_malformed_response'),
  },
  /** Half a failure: some prompts do ask for nothing. */
  'empty-response': {
    ...fault,
    summary: 'empty response',
    health: 0.5,
    client: providerError(502, 'provider_empty_response'),
  },
  'incomplete-answer': {
    ...fault,
    summary: 'incomplete answer',
    client: providerError(502, 'provider_incomplete_answer'),
  },
  /** Counts against health rather than holding: the breaker asks again soon, and what was repaired comes back by itself. */
  misconfigured: {
    ...fault,
    summary: 'misconfigured',
    billing: 'free',
    client: providerError(502, 'provider_misconfigured'),
  },
  aborted: {
    ...fault,
    summary: 'aborted',
    next: 'stop',
    health: 0,
    client: { status: 499, code: 'request_cancelled', type: 'server_error' },
  },
  /** Half a failure: it may be the provider's or the request's. The call machine fails over from it once. */
  unknown: {
    ...fault,
    summary: 'unknown failure',
    health: 0.5,
    client: providerError(502, 'provider_error'),
  },
})

function providerError(status: number, code: string): ClientError {
  return { status, code, type: 'server_error' }
}

function requestError(status: number, code: string): ClientError {
  return { status, code, type: 'invalid_request_error' }
}

function freezeRows(rows: Record<FailureKind, FailurePolicy>): Readonly<Record<FailureKind, FailurePolicy>> {
  for (const row of Object.values(rows)) {
    Object.freeze(row.client)
    Object.freeze(row)
  }
  return Object.freeze(rows)
}

/** Returns how much of a failure a failure is for its endpoint's health, 0..1. */
export function healthWeightOf({ kind, excused }: Failure): FailurePolicy['health'] {
  return excused === true ? 0 : failurePolicies[kind].health
}

/** Returns what the caller is told if a failure ends the call; of a provider whose own backend gave no answer in time, that. */
export function clientErrorOf({ kind, status }: Failure): ClientError {
  const timedOut = kind === 'server-error' && status === 504
  return failurePolicies[timedOut ? 'first-token-timeout' : kind].client
}
