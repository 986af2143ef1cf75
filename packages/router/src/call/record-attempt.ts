import { billingOf, costNanoUsd, failurePolicies, healthWeightOf } from '@nextbest/core'
import type {
  AttemptOutcome,
  AttemptResult,
  ChatRequest,
  Demand,
  Failure,
  FailurePolicy,
  HealthOutcome,
  TokenUsage,
} from '@nextbest/core'
import type { Fleet, FleetEndpoint } from '../fleet.ts'
import type { RouteAttempt } from '../route.ts'
import type { RouterEvent } from '../router-options.ts'
import { validityOf } from './answer-validity.ts'
import type { AttemptRun } from './attempt-run.ts'
import type { CallContext } from './call-context.ts'

export interface AttemptRecording {
  readonly run: AttemptRun
  readonly result: AttemptResult
  readonly request: ChatRequest
  readonly demand: Demand
  /** Names the conversation, where a provider may have cached it. */
  readonly cacheKey: string | undefined
  readonly context: CallContext
  readonly callStartedAtMs: number
  readonly nowMs: number
}

/** Records the end of an attempt, once: in the endpoint's signals, its breaker and its permits. Returns it for the route. */
export function recordAttempt(recording: AttemptRecording): RouteAttempt {
  reportHealth(recording)
  reportSignals(recording)
  if (recording.result.type === 'failed') applyState(recording, recording.result.failure)
  return routeAttempt(recording)
}

/** Tells an endpoint's breaker of an attempt, and the observer if that changed its state. */
export function tellBreaker(
  { endpoint, admission }: AttemptRun,
  outcome: HealthOutcome | 'late-failure',
  tell: (event: RouterEvent) => void,
): void {
  const { permit } = admission
  if (permit === undefined) return
  const before = endpoint.breaker.state
  if (outcome === 'late-failure') endpoint.breaker.reportLateFailure(permit)
  else endpoint.breaker.report(permit, outcome)
  const { state } = endpoint.breaker
  if (state !== before) tell({ type: 'breaker-change', endpoint: endpoint.endpoint.id, state })
}

/** A success was told to the breaker at the first token already; an answer that comes whole has its first token at its end. */
function reportHealth({ run, result, context: { tell } }: AttemptRecording): void {
  const delivered = run.committed && run.firstTokenAtMs !== undefined
  const unhealthy = result.type === 'failed' && healthWeightOf(result.failure) > 0
  if (delivered) return unhealthy ? tellBreaker(run, 'late-failure', tell) : undefined
  if (unhealthy) return tellBreaker(run, 'failure', tell)
  return tellBreaker(run, result.type === 'answered' ? 'success' : 'neutral', tell)
}

function reportSignals(recording: AttemptRecording): void {
  const { run, result, demand, nowMs, context } = recording
  const { signals, endpoint } = run.endpoint
  const weight = result.type === 'failed' ? healthWeightOf(result.failure) : 1
  const tokens = result.type === 'answered' ? run.usage(demand.promptTokens) : undefined
  const cachedTokens = tokens === undefined ? 0 : cachedTokensOf(tokens, demand)
  const report = {
    outcome: outcomeOf(result, weight),
    weight,
    promptTokens: demand.promptTokens - cachedTokens,
    outputTokens: run.outputTokens,
    durationMs: nowMs - run.startedAtMs,
    ttftMs: run.firstTokenAtMs === undefined ? undefined : run.firstTokenAtMs - run.startedAtMs,
  }
  signals.attemptEnded(report, nowMs)
  if (result.type === 'answered') signals.learned.answered(demand.parameters, nowMs)
  recordQuality(recording)
  remember(recording, report.outcome, cachedTokens)
  context.policy?.observe?.({
    type: 'attempt-ended',
    ...report,
    endpoint,
    nowMs,
    failure: result.type === 'failed' ? result.failure : undefined,
  })
  signals.settleDebit(run.receipt, report, nowMs)
  signals.permits.settle(
    run.admission.reservation,
    tokens === undefined ? demand.promptTokens + run.outputTokens : totalTokens(tokens),
    nowMs,
  )
}

/** Answers that came as chunks are not put together for this: whole ones are enough to tell an endpoint by. */
function recordQuality({ run, request, result, nowMs }: AttemptRecording): void {
  if (result.type !== 'answered' || run.completion === undefined) return
  const valid = validityOf(request, run.completion)
  if (valid !== undefined) run.endpoint.signals.answerChecked(valid, nowMs)
}

/** The provider's count of cached tokens, in tokens of our estimate. */
function cachedTokensOf({ promptTokens, cachedPromptTokens }: TokenUsage, demand: Demand): number {
  return promptTokens === 0 ? 0 : (cachedPromptTokens / promptTokens) * demand.promptTokens
}

/** An answer tells what is cached there by now; a failure that nothing is to be counted on. */
function remember(
  { run, demand, nowMs, context, cacheKey }: AttemptRecording,
  outcome: AttemptOutcome | 'neutral',
  cachedTokens: number,
): void {
  if (cacheKey === undefined || outcome === 'neutral') return
  const { id } = run.endpoint.endpoint
  if (outcome !== 'success') return context.cache.forget(cacheKey, id)
  const { promptTokens } = demand
  context.cache.record({ key: cacheKey, endpointId: id, promptTokens, cachedTokens }, nowMs)
}

function outcomeOf(result: AttemptResult, weight: number): AttemptOutcome | 'neutral' {
  if (result.type === 'answered') return 'success'
  if (result.type === 'cancelled' || weight === 0) return 'neutral'
  return result.committed ? 'late' : 'early'
}

function totalTokens(usage: TokenUsage): number {
  return usage.promptTokens + usage.completionTokens
}

/** Gates close for the endpoint; a hold of the key closes every endpoint of the account. */
function applyState({ run, demand, nowMs, context }: AttemptRecording, failure: Failure): void {
  const { fleet, runtime, tell } = context
  const policy = failurePolicies[failure.kind]
  if (failure.kind === 'parameter-unsupported') {
    run.endpoint.signals.learned.refused(demand.parameters, failure.message, nowMs)
  }
  if (policy.state === 'gate') {
    const refusal = { retryAfterMs: failure.retryAfterMs, sentAtMs: run.startedAtMs }
    run.endpoint.signals.refused(refusal, nowMs, runtime.random)
  }
  if (policy.state !== 'hold') return
  const reason = `${policy.summary}: ${failure.message}`
  for (const { endpoint, signals } of heldBy(policy, run.endpoint, fleet)) {
    const before = signals.hold.until(nowMs)
    signals.placeHold(reason, nowMs)
    if (before === undefined) tell({ type: 'endpoint-held', endpoint: endpoint.id, reason })
  }
}

function heldBy(policy: FailurePolicy, endpoint: FleetEndpoint, fleet: Fleet): readonly FleetEndpoint[] {
  return policy.holdScope === 'key' ? fleet.siblingsOf(endpoint) : [endpoint]
}

function routeAttempt({ run, result, demand, callStartedAtMs, nowMs }: AttemptRecording): RouteAttempt {
  // One that was given up while it waited for a connection has cost nothing, whatever ended it.
  const billing = run.handle?.sent === false ? 'free' : billingOf(result, run.usageReported)
  const usage = run.usage(demand.promptTokens)
  return {
    number: run.number,
    kind: run.kind,
    endpoint: run.endpoint.endpoint.id,
    startedAfterMs: run.startedAtMs - callStartedAtMs,
    durationMs: nowMs - run.startedAtMs,
    firstTokenMs: run.firstTokenAtMs === undefined ? undefined : run.firstTokenAtMs - run.startedAtMs,
    outcome: result.type,
    failure: result.type === 'failed' ? result.failure : undefined,
    ...(run.servedModel !== undefined && { servedModel: run.servedModel }),
    billing,
    costNanoUsd:
      billing === 'free'
        ? 0
        : costNanoUsd(run.endpoint.endpoint.pricing, { ...usage, images: demand.images }),
  }
}
