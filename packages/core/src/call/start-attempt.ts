import type { AttemptKind, CallState, PlannedEndpoint } from './call-state.ts'
import type { CallStep } from './call-step.ts'

export interface AttemptStart {
  readonly planned: PlannedEndpoint
  readonly kind: AttemptKind
  /** Whether a wait has admitted it already. */
  readonly admitted: boolean
}

/** Starts an attempt beside or after those that there are. */
export function startAttempt(
  state: CallState,
  { planned, kind, admitted }: AttemptStart,
  nowMs: number,
): CallStep {
  const number = state.attempts.length + 1
  const attempt = {
    number,
    planned,
    kind,
    status: 'starting',
    startedAtMs: nowMs,
    idleTimeoutMs: Infinity,
    firstTokenByMs: Infinity,
    firstTokenAtMs: undefined,
    heldPieces: 0,
    failure: undefined,
    costUsd: undefined,
  } as const
  return {
    state: { ...state, phase: 'attempting', attempts: [...state.attempts, attempt] },
    effects: [{ type: 'start-attempt', attempt: number, planned, kind, admitted }],
  }
}
