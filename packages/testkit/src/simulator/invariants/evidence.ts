import type { FailureEvidence } from '@nextbest/core'

/** What a failure says, worked out plainly from what the simulated provider sent. */
export interface Meaning {
  /** Whether it counts against the endpoint's health. */
  readonly unhealthy: boolean
  /** Whether the endpoint asks to be left alone for a while: at least so many ms. */
  readonly gateMs?: number
  /** Whose fault keeps the endpoint out until somebody repairs it: that of the account, or of this endpoint. */
  readonly hold?: 'account' | 'endpoint'
  /** Whether nobody charges for it. */
  readonly free: boolean
}

/** Shortest time that a gate closes for when the provider names none, and the longest that a provider is believed. */
const unnamedGateMs = 1_000
const longestGateMs = 3_600_000

/** Reads a failure as any careful reader would. */
export function meaningOf(evidence: FailureEvidence): Meaning {
  switch (evidence.type) {
    case 'status':
      return statusMeaning(evidence)
    case 'in-band':
      return JSON.stringify(evidence.error).includes('rate_limit')
        ? { unhealthy: false, gateMs: unnamedGateMs, free: true }
        : { unhealthy: true, free: false }
    case 'network':
      return { unhealthy: true, free: evidence.phase === 'connecting' }
    case 'malformed':
    case 'empty':
    case 'incomplete':
    case 'timeout':
      return { unhealthy: true, free: false }
  }
}

type StatusEvidence = Extract<FailureEvidence, { readonly type: 'status' }>

function statusMeaning({ status, headers, body }: StatusEvidence): Meaning {
  if (body.includes('insufficient_quota') || status === 401)
    return { unhealthy: false, hold: 'account', free: true }
  if (status === 404) return { unhealthy: false, hold: 'endpoint', free: true }
  if (status === 429) return { unhealthy: false, gateMs: gateMsOf(headers), free: true }
  if (status === 503 || status === 529) return { unhealthy: true, gateMs: gateMsOf(headers), free: true }
  return status >= 500 ? { unhealthy: true, free: false } : { unhealthy: false, free: true }
}

/** A hint in plain digits counts; all other hints of a simulation say nothing. */
function gateMsOf(headers: Readonly<Record<string, string>>): number {
  const seconds = /^\d+$/.exec(headers['retry-after'] ?? '')?.[0]
  const ms = /^\d+$/.exec(headers['retry-after-ms'] ?? '')?.[0]
  const namedMs = ms === undefined ? Number(seconds ?? 0) * 1_000 : Number(ms)
  return namedMs > 0 ? Math.min(longestGateMs, namedMs) : unnamedGateMs
}
