import type { FaultExpectation, FaultMode } from '../fault.ts'

/** The same is required of both ways to ask for an answer. */
export function inBothModes(expectation: FaultExpectation): Readonly<Record<FaultMode, FaultExpectation>> {
  return { json: expectation, stream: expectation }
}

/** The request is wrong, whoever serves it. */
export const invalidRequest: FaultExpectation = {
  action: 'stop',
  health: 'none',
  client: { status: 400, code: 'invalid_request' },
}

export const unsupportedParameter: FaultExpectation = {
  action: 'failover',
  health: 'none',
  client: { status: 400, code: 'unsupported_parameter' },
}

export const contextExceeded: FaultExpectation = {
  action: 'failover',
  health: 'none',
  client: { status: 400, code: 'context_length_exceeded' },
  requires: 'larger-context',
}

/** One status for all refused content, as OpenAI has it, whichever of 400, 403 and 451 the provider answered. */
export const contentRefused: FaultExpectation = {
  action: 'stop',
  health: 'none',
  client: { status: 400, code: 'content_filter' },
}

/** A 402 also where the provider answered 400 or 429: SDKs do not retry it, and no client can mend it by waiting. */
export const quotaExhausted: FaultExpectation = {
  action: 'failover',
  health: 'hold-key',
  client: { status: 402, code: 'insufficient_quota' },
}

/** Never a 401: the caller's own key is fine. */
export const credentialRejected: FaultExpectation = {
  action: 'failover',
  health: 'hold-key',
  client: { status: 502, code: 'provider_auth' },
}

export const modelUnavailable: FaultExpectation = {
  action: 'failover',
  health: 'hold-model',
  client: { status: 404, code: 'model_not_found' },
}

/** Other endpoints of the same key may stand in other regions. */
export const regionBlocked: FaultExpectation = {
  action: 'failover',
  health: 'hold-model',
  client: { status: 502, code: 'provider_region_blocked' },
}

export const rateLimited: FaultExpectation = {
  action: 'failover',
  health: 'gate',
  client: { status: 429, code: 'rate_limit_exceeded' },
}

/** Nobody can say of another endpoint that its bound is larger: catalogs do not state it. */
export const tooLarge: FaultExpectation = {
  action: 'failover',
  health: 'none',
  client: { status: 413, code: 'payload_too_large' },
}

/** Where the caller chose the endpoint, a wait of 3 s at most is waited out there. */
export function shortWait(retryAfterMs: number): Partial<FaultExpectation> {
  return { action: 'retry', retryAfterMs }
}

/**
 * Half a failure: the provider works, though not for us now. The caller's own first choice is asked once more, as after any 5xx that
 * passes.
 */
export const overloaded: FaultExpectation = {
  action: 'retry',
  health: 'half-gate',
  client: { status: 503, code: 'provider_overloaded' },
}

export const misconfigured: FaultExpectation = {
  action: 'failover',
  health: 'failure',
  client: { status: 502, code: 'provider_misconfigured' },
}

/** The provider failed, and may answer when it is asked again. */
export const serverError: FaultExpectation = {
  action: 'retry',
  health: 'failure',
  client: { status: 502, code: 'provider_error' },
}

/** The provider failed, and would fail again. */
export const lastingServerError: FaultExpectation = { ...serverError, action: 'failover' }

/** A body that is no answer. */
export const malformed: FaultExpectation = {
  action: 'retry',
  health: 'failure',
  client: { status: 502, code: 'provider_malformed_response' },
}

/** A body that is no answer, and would be none again. */
export const lastingMalformed: FaultExpectation = { ...malformed, action: 'failover' }

/** An answer that ended before it had begun. */
export const incomplete: FaultExpectation = {
  action: 'failover',
  health: 'failure',
  client: { status: 502, code: 'provider_incomplete_answer' },
}

/** No content came in time. */
export const timedOut: FaultExpectation = {
  action: 'failover',
  health: 'failure',
  client: { status: 504, code: 'provider_timeout' },
}

/** It ended while content was delivered. */
export const brokenOff: FaultExpectation = { ...incomplete, action: 'break-off' }

/** It fell silent while content was delivered. */
export const stalled: FaultExpectation = {
  action: 'break-off',
  health: 'failure',
  client: { status: 504, code: 'provider_stalled' },
}

/** It is none: the caller gets the whole answer. */
export const tolerated: FaultExpectation = { action: 'tolerate', health: 'none' }
