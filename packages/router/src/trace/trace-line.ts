import type { Demand, Endpoint, Modality, TokenUsage } from '@nextbest/core'
import { traceFormat } from './trace-record.ts'
import type {
  TraceAttempt,
  TraceCall,
  TraceCandidate,
  TraceEndpoint,
  TraceHeader,
  TraceRecord,
} from './trace-record.ts'

/** A value of a line. What is undefined is left out. */
type Fields = Readonly<Record<string, unknown>>

/** Writes a record as one line of JSON, without its end. Fields are in a fixed order; what has its default is left out. */
export function traceLineOf(record: TraceRecord): string {
  return JSON.stringify(fieldsOf(record))
}

function fieldsOf(record: TraceRecord): Fields {
  switch (record.type) {
    case 'header':
      return headerFields(record)
    case 'endpoint':
      return endpointFields(record)
    case 'call':
      return callFields(record)
    case 'dropped':
      return { type: 'dropped', lines: record.lines }
  }
}

/** JSON has no infinity. */
function headerFields({ major, minor, options }: TraceHeader): Fields {
  const { failureUsd, sharpness, explorationRate } = options
  return {
    type: 'header',
    format: traceFormat,
    version: `${major}.${minor}`,
    options: { failureUsd, sharpness: sharpness === Infinity ? 'Infinity' : sharpness, explorationRate },
  }
}

function endpointFields({ endpoint }: TraceEndpoint): Fields {
  const { capabilities, dataPolicy } = endpoint
  return {
    type: 'endpoint',
    id: endpoint.id,
    provider: endpoint.provider,
    tag: endpoint.tag,
    model: endpoint.model,
    region: endpoint.region,
    quantization: endpoint.quantization,
    limits: limitsFields(endpoint.limits),
    pricing: pricingFields(endpoint.pricing),
    parameters: [...capabilities.parameters],
    inputModalities: modalities([...capabilities.inputModalities]),
    outputModalities: modalities([...capabilities.outputModalities]),
    collectsData: dataPolicy.collectsData,
    zeroDataRetention: dataPolicy.zeroDataRetention,
    disabled: endpoint.disabled === true ? true : undefined,
  }
}

function limitsFields(limits: Endpoint['limits']): Fields {
  return {
    contextTokens: limits.contextTokens,
    maxPromptTokens: limits.maxPromptTokens,
    maxOutputTokens: limits.maxOutputTokens,
    requestsPerMinute: limits.requestsPerMinute,
    tokensPerMinute: limits.tokensPerMinute,
    maxConcurrent: limits.maxConcurrent,
  }
}

function pricingFields(pricing: Endpoint['pricing']): Fields {
  return {
    ...pricesFields(pricing),
    requestNanoUsd: pricing.requestNanoUsd,
    imageNanoUsd: pricing.imageNanoUsd,
    tiers: pricing.tiers?.map((tier) => ({
      abovePromptTokens: tier.abovePromptTokens,
      ...pricesFields(tier),
    })),
  }
}

function pricesFields(prices: Omit<Endpoint['pricing'], 'tiers'>): Fields {
  return {
    promptPicoUsd: prices.promptPicoUsd,
    completionPicoUsd: prices.completionPicoUsd,
    cacheReadPicoUsd: prices.cacheReadPicoUsd,
    cacheWritePicoUsd: prices.cacheWritePicoUsd,
  }
}

function callFields(call: TraceCall): Fields {
  return {
    type: 'call',
    atMs: call.atMs,
    demand: demandFields(call.demand),
    usdPerSecond: call.usdPerSecond,
    prescribed: call.prescribed ? true : undefined,
    timeoutMs: call.timeoutMs,
    maxAttempts: call.maxAttempts,
    panic: call.panic ? true : undefined,
    candidates: call.candidates.map(candidateFields),
    moreCandidates: unless(0, call.moreCandidates),
    unavailable: unlessEmpty(call.unavailable),
    exclusions: unlessEmpty(call.exclusions),
    plan: call.plan,
    attempts: call.attempts.map(attemptFields),
    outcome: call.outcome,
    reason: call.reason,
    durationMs: call.durationMs,
    firstTokenMs: call.firstTokenMs,
    usage: usageFields(call.usage),
    costNanoUsd: call.costNanoUsd,
  }
}

function demandFields(demand: Demand): Fields {
  return {
    model: demand.model,
    promptTokens: demand.promptTokens,
    promptTokensMax: demand.promptTokensMax,
    expectedOutputTokens: demand.expectedOutputTokens,
    maxOutputTokens: demand.maxOutputTokens,
    choices: unless(1, demand.choices),
    parameters: unlessEmpty(demand.parameters),
    inputModalities: modalities(demand.inputModalities),
    outputModalities: modalities(demand.outputModalities),
    images: unless(0, demand.images),
    stream: demand.stream ? true : undefined,
  }
}

function candidateFields(candidate: TraceCandidate): Fields {
  return {
    endpoint: candidate.endpoint,
    probability: candidate.probability,
    success: candidate.success,
    early: candidate.early,
    late: candidate.late,
    answerUsd: candidate.answerUsd,
    earlyFailureUsd: candidate.earlyFailureUsd,
    lateFailureUsd: candidate.lateFailureUsd,
    priceUsd: candidate.priceUsd,
    cacheSavingUsd: unless(0, candidate.cacheSavingUsd),
    ttftMs: candidate.ttftMs,
    msPerToken: candidate.msPerToken,
    tier: unless(0, candidate.tier),
    share: unless(1, candidate.share),
  }
}

function attemptFields(attempt: TraceAttempt): Fields {
  return {
    endpoint: attempt.endpoint,
    kind: unless('plain', attempt.kind),
    startedAfterMs: attempt.startedAfterMs,
    durationMs: attempt.durationMs,
    firstTokenMs: attempt.firstTokenMs,
    outcome: attempt.outcome,
    failure: attempt.failure,
    status: attempt.status,
    retryAfterMs: attempt.retryAfterMs,
    usage: usageFields(attempt.usage),
    billing: attempt.billing,
    costNanoUsd: attempt.costNanoUsd,
  }
}

function usageFields(usage: TokenUsage | undefined): Fields | undefined {
  if (usage === undefined) return undefined
  return {
    promptTokens: usage.promptTokens,
    completionTokens: usage.completionTokens,
    cachedPromptTokens: unless(0, usage.cachedPromptTokens),
    cacheWriteTokens: unless(0, usage.cacheWriteTokens),
    reasoningTokens: unless(0, usage.reasoningTokens),
    source: usage.source,
  }
}

/** Text alone is the default. */
function modalities(values: readonly Modality[]): readonly Modality[] | undefined {
  return values.length === 1 && values[0] === 'text' ? undefined : values
}

function unless<Value>(usual: Value, value: Value): Value | undefined {
  return value === usual ? undefined : value
}

function unlessEmpty<Item>(list: readonly Item[]): readonly Item[] | undefined {
  return list.length === 0 ? undefined : list
}
