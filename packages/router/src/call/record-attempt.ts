import { costNanoUsd, failurePolicies } from '@nextbest/core'
import type { AttemptResult, Demand, Failure, FailurePolicy, Random, TokenUsage } from '@nextbest/core'
import type { Fleet, FleetEndpoint } from '../fleet.ts'
import type { RouteAttempt } from '../route.ts'
import type { AttemptRun } from './attempt-run.ts'

export interface AttemptRecording {
  readonly run: AttemptRun
  readonly result: AttemptResult
  readonly demand: Demand
  readonly fleet: Fleet
  readonly callStartedAtMs: number
  readonly nowMs: number
  readonly random: Random
}

/** Records the end of an attempt, once: in the endpoint's signals, its breaker and its permits. Returns it for the route. */
export function recordAttempt(recording: AttemptRecording): RouteAttempt {
  reportHealth(recording)
  reportSignals(recording)
  if (recording.result.type === 'failed') applyState(recording, recording.result.failure)
  return routeAttempt(recording)
}

/** A success was reported to the breaker at the first token already; a whole answer has its first token at its end. */
function reportHealth({ run, result }: AttemptRecording): void {
  const { permit } = run.admission
  if (permit === undefined) return
  const { breaker } = run.endpoint
  const delivered = run.firstTokenAtMs !== undefined
  const unhealthy = result.type === 'failed' && failurePolicies[result.failure.kind].health > 0
  if (delivered && unhealthy) breaker.reportLateFailure(permit)
  else if (!delivered) breaker.report(permit, unhealthy ? 'failure' : result.type === 'answered' ? 'success' : 'neutral')
}

function reportSignals({ run, result, demand, nowMs }: AttemptRecording): void {
  const { signals } = run.endpoint
  const weight = result.type === 'failed' ? failurePolicies[result.failure.kind].health : 1
  const tokens = result.type === 'answered' ? run.usage(demand.promptTokens) : undefined
  signals.attemptEnded(
    {
      outcome: outcomeOf(result, weight),
      weight,
      promptTokens: demand.promptTokens,
      outputTokens: run.outputTokens,
      durationMs: nowMs - run.startedAtMs,
      ...(run.firstTokenAtMs === undefined ? {} : { ttftMs: run.firstTokenAtMs - run.startedAtMs }),
    },
    nowMs,
  )
  signals.permits.settle(run.admission.reservation, tokens === undefined ? demand.promptTokens + run.outputTokens : totalTokens(tokens), nowMs)
}

function outcomeOf(result: AttemptResult, weight: number): 'success' | 'early' | 'late' | 'neutral' {
  if (result.type === 'answered') return 'success'
  if (result.type === 'cancelled' || weight === 0) return 'neutral'
  return result.committed ? 'late' : 'early'
}

function totalTokens(usage: TokenUsage): number {
  return usage.promptTokens + usage.completionTokens
}

/** Gates close for the endpoint; a hold of the key closes every endpoint of the account. */
function applyState({ run, fleet, nowMs, random }: AttemptRecording, failure: Failure): void {
  const policy = failurePolicies[failure.kind]
  if (policy.state === 'gate') run.endpoint.signals.gate.close(failure.retryAfterMs, nowMs, random)
  if (policy.state !== 'hold') return
  for (const endpoint of heldBy(policy, run.endpoint, fleet)) {
    endpoint.signals.hold.place(`${policy.summary}: ${failure.message}`, nowMs)
  }
}

function heldBy(policy: FailurePolicy, endpoint: FleetEndpoint, fleet: Fleet): readonly FleetEndpoint[] {
  return policy.holdScope === 'key' ? fleet.siblingsOf(endpoint) : [endpoint]
}

function routeAttempt({ run, result, demand, callStartedAtMs, nowMs }: AttemptRecording): RouteAttempt {
  const billing = billingOf(run, result)
  const usage = run.usage(demand.promptTokens)
  return {
    number: run.number,
    endpoint: run.endpoint.endpoint.id,
    startedAfterMs: run.startedAtMs - callStartedAtMs,
    durationMs: nowMs - run.startedAtMs,
    firstTokenMs: run.firstTokenAtMs === undefined ? undefined : run.firstTokenAtMs - run.startedAtMs,
    outcome: result.type,
    failure: result.type === 'failed' ? result.failure : undefined,
    billing,
    costNanoUsd: billing === 'free' ? 0 : costNanoUsd(run.endpoint.endpoint.pricing, { ...usage, images: demand.images }),
  }
}

/** An attempt whose end brought no usage may have been billed: the prompt and what came are assumed. */
function billingOf(run: AttemptRun, result: AttemptResult): 'billed' | 'assumed' | 'free' {
  if (run.usageReported) return 'billed'
  if (result.type !== 'failed' || result.committed) return 'assumed'
  return failurePolicies[result.failure.kind].billing
}
