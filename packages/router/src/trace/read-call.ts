import { failurePolicies } from '@nextbest/core'
import type { Demand, FailureKind, TokenUsage } from '@nextbest/core'
import { anyNumber, longestId, longestWord } from './read-bounds.ts'
import { readModalities } from './read-endpoint.ts'
import type { TraceFields } from './trace-fields.ts'
import { traceBounds } from './trace-record.ts'
import type { TraceAttempt, TraceCall, TraceCandidate, TraceUnavailable } from './trace-record.ts'

const mostListed = traceBounds.listed + traceBounds.planned
const mostAttempts = 10

/** Reads a call. */
export function readCall(fields: TraceFields): TraceCall {
  return {
    type: 'call',
    atMs: fields.number('atMs', anyNumber),
    demand: readDemand(fields.fields('demand')),
    usdPerSecond: fields.number('usdPerSecond', 0),
    prescribed: fields.flag('prescribed'),
    timeoutMs: fields.number('timeoutMs', 0),
    maxAttempts: fields.number('maxAttempts', 1, mostAttempts),
    panic: fields.flag('panic'),
    candidates: fields.list('candidates', mostListed, readCandidate),
    moreCandidates: fields.optionalCount('moreCandidates') ?? 0,
    unavailable: fields.list('unavailable', mostListed, readUnavailable),
    exclusions: fields.list('exclusions', mostListed, (exclusion) => ({
      endpoint: exclusion.text('endpoint', longestId),
      rule: exclusion.text('rule', longestWord),
    })),
    plan: fields.texts('plan', traceBounds.planned),
    attempts: fields.list('attempts', traceBounds.planned, readAttempt),
    outcome: fields.oneOf('outcome', ['answered', 'broken', 'failed', 'aborted']),
    reason: fields.optionalText('reason', longestWord),
    durationMs: fields.number('durationMs', 0),
    firstTokenMs: fields.optionalNumber('firstTokenMs', 0),
    usage: readUsage(fields),
    costNanoUsd: fields.number('costNanoUsd', 0),
  }
}

function readDemand(fields: TraceFields): Demand {
  return {
    model: fields.text('model', longestId),
    promptTokens: fields.number('promptTokens', 0),
    promptTokensMax: fields.number('promptTokensMax', 0),
    expectedOutputTokens: fields.number('expectedOutputTokens', 0),
    maxOutputTokens: fields.optionalNumber('maxOutputTokens', 0),
    choices: fields.optionalCount('choices', 1) ?? 1,
    parameters: fields.texts('parameters', traceBounds.described),
    inputModalities: readModalities(fields, 'inputModalities'),
    outputModalities: readModalities(fields, 'outputModalities'),
    images: fields.optionalCount('images') ?? 0,
    stream: fields.flag('stream'),
  }
}

function readCandidate(fields: TraceFields): TraceCandidate {
  return {
    endpoint: fields.text('endpoint', longestId),
    probability: fields.number('probability', 0, 1),
    success: fields.number('success', 0, 1),
    early: fields.number('early', 0, 1),
    late: fields.number('late', 0, 1),
    answerUsd: fields.number('answerUsd', 0),
    earlyFailureUsd: fields.number('earlyFailureUsd', 0),
    lateFailureUsd: fields.number('lateFailureUsd', 0),
    priceUsd: fields.number('priceUsd', 0),
    cacheSavingUsd: fields.optionalNumber('cacheSavingUsd', 0) ?? 0,
    ttftMs: fields.number('ttftMs', 0),
    msPerToken: fields.number('msPerToken', 0),
    tier: fields.is('tier', 1) ? 1 : fields.is('tier', 2) ? 2 : 0,
    share: fields.has('share') ? fields.number('share', 0, 1) : 1,
  }
}

function readUnavailable(fields: TraceFields): TraceUnavailable {
  return {
    endpoint: fields.text('endpoint', longestId),
    reason: fields.text('reason', longestWord),
    retryInMs: fields.optionalNumber('retryInMs', 0),
  }
}

function readAttempt(fields: TraceFields): TraceAttempt {
  return {
    endpoint: fields.text('endpoint', longestId),
    kind: fields.optionalText('kind', longestWord) ?? 'plain',
    startedAfterMs: fields.number('startedAfterMs', 0),
    durationMs: fields.number('durationMs', 0),
    firstTokenMs: fields.optionalNumber('firstTokenMs', 0),
    outcome: fields.oneOf('outcome', ['answered', 'failed', 'cancelled']),
    failure: failureKindOf(fields.optionalText('failure', longestWord)),
    status: fields.optionalCount('status'),
    retryAfterMs: fields.optionalNumber('retryAfterMs', 0),
    usage: readUsage(fields),
    billing: fields.oneOf('billing', ['billed', 'assumed', 'free']),
    costNanoUsd: fields.number('costNanoUsd', 0),
  }
}

function failureKindOf(name: string | undefined): FailureKind | undefined {
  if (name === undefined) return undefined
  return isFailureKind(name) ? name : 'unknown'
}

function isFailureKind(name: string): name is FailureKind {
  return Object.hasOwn(failurePolicies, name)
}

function readUsage(owner: TraceFields): TokenUsage | undefined {
  if (!owner.has('usage')) return undefined
  const fields = owner.fields('usage')
  return {
    promptTokens: fields.number('promptTokens', 0),
    completionTokens: fields.number('completionTokens', 0),
    cachedPromptTokens: fields.optionalNumber('cachedPromptTokens', 0) ?? 0,
    cacheWriteTokens: fields.optionalNumber('cacheWriteTokens', 0) ?? 0,
    reasoningTokens: fields.optionalNumber('reasoningTokens', 0) ?? 0,
    source: fields.oneOf('source', ['reported', 'estimated']),
  }
}
