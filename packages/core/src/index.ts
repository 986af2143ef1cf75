export { AdaptiveThrottle } from './call/adaptive-throttle.ts'
export { billingOf } from './call/attempt-billing.ts'
export type { AttemptBilling } from './call/attempt-billing.ts'
export { attemptCost } from './call/attempt-cost.ts'
export type { AttemptResult, CallEffect } from './call/call-effect.ts'
export type { CallEvent, CallTimer, RefusalReason } from './call/call-event.ts'
export { callBudget, callBudgetDefaults } from './call/call-budget.ts'
export type { CallBudget } from './call/call-budget.ts'
export { advanceCall, beginCall } from './call/call-machine.ts'
export type { CallSetup } from './call/call-machine.ts'
export { callRules, callRulesDefaults } from './call/call-rules.ts'
export type { CallRules } from './call/call-rules.ts'
export type {
  AttemptCost,
  AttemptKind,
  AttemptState,
  AttemptStatus,
  AttemptTimeouts,
  BrokenAnswer,
  CallFailureReason,
  CallOutcome,
  CallPhase,
  CallState,
  CallWait,
  PlannedEndpoint,
  StandbyEndpoint,
} from './call/call-state.ts'
export type { CallStep } from './call/call-step.ts'
export { ExtraAttempts, extraAttemptsDefaults } from './call/extra-attempts.ts'
export type { ExtraAttemptsOptions } from './call/extra-attempts.ts'
export { hedgeAfterMs } from './call/hedge-delay.ts'
export type { HedgeQuestion } from './call/hedge-delay.ts'
export { outputBoundOf } from './call/output-bound.ts'
export type { OutputBound } from './call/output-bound.ts'
export { ContinuationRecord } from './call/continuation-record.ts'
export { PoolAllowance } from './call/pool-allowance.ts'
export { DeliveredText, mostDeliveredCharacters, VerifiedRestart } from './call/verified-restart.ts'
export type { RestartPiece } from './call/verified-restart.ts'
export { answerHasContent, answerTextOf, hasContent, outputCharacters } from './chat/answer-text.ts'
export { CompletionAssembler, completionAssemblerDefaults } from './chat/completion-from-chunks.ts'
export type { CompletionAssemblerOptions } from './chat/completion-from-chunks.ts'
export type {
  ChatAnswer,
  ChatChoice,
  ChatChunk,
  ChatChunkChoice,
  ChatCompletion,
  ChatDelta,
  FinishReason,
  ToolCallDelta,
} from './chat/completion.ts'
export type {
  AssistantMessage,
  ChatMessage,
  ChatRequest,
  ContentPart,
  JsonSchemaFormat,
  ReasoningOptions,
  ResponseFormat,
  SystemMessage,
  Tool,
  ToolCall,
  ToolChoice,
  ToolMessage,
  UserMessage,
} from './chat/request.ts'
export { addUsage, usageFromWire, usageToWire } from './chat/usage-from-wire.ts'
export type { TokenUsage, WireUsage } from './chat/usage.ts'
export { classify } from './failure/classify.ts'
export type { Failure, FailureEvidence, FailureKind } from './failure/failure.ts'
export { clientErrorOf, failurePolicies, healthWeightOf } from './failure/policies.ts'
export type { ClientError, FailurePolicy } from './failure/policies.ts'
export { retryAfterMsOf } from './failure/retry-after.ts'
export type { RetryAdvice } from './failure/retry-after.ts'
export { scrub } from './failure/scrub.ts'
export type { Clock, TimerHandle } from './runtime/clock.ts'
export type { Random } from './runtime/random.ts'
export { cacheKeyOf } from './demand/cache-key.ts'
export { CacheMemory, cacheMemoryDefaults } from './signals/cache-memory.ts'
export type { CacheMemoryOptions, CacheQuestion, CacheReport } from './signals/cache-memory.ts'
export { ColdStart, coldStartDefaults } from './signals/cold-start.ts'
export type { ColdStartOptions } from './signals/cold-start.ts'
export { slowStartShare } from './signals/slow-start.ts'
export { wilsonLowerBound } from './signals/wilson.ts'
export { LearnedCapabilities } from './signals/learned-capabilities.ts'
export { rateLimitsOf } from './failure/rate-limit-headers.ts'
export type { LimitedDimension, RateLimits } from './failure/rate-limit-headers.ts'
export type { RateLimit } from './failure/rate-limit.ts'
export { Headroom } from './signals/headroom.ts'
export type { AttemptTokens, HeadroomReceipt, HeadroomSnapshot } from './signals/headroom.ts'
export { ShadowBucket, shadowBucketDefaults } from './signals/shadow-bucket.ts'
export type { ShadowBucketOptions, ShadowBucketSnapshot, ShadowReceipt } from './signals/shadow-bucket.ts'
export { LearnedCap, learnedCapDefaults } from './signals/learned-cap.ts'
export type { LearnedCapNumbers, LearnedCapOptions, LearnedCapSnapshot } from './signals/learned-cap.ts'
export { QualityCounts, qualityHalfLifeMs } from './signals/quality-counts.ts'
export type { QualityCountsSnapshot } from './signals/quality-counts.ts'
export { DemotionMemory } from './ranking/demotion-memory.ts'
export type { Demotions, TierQuestion } from './ranking/demotion-memory.ts'
export { demotionsOf } from './ranking/demotion.ts'
export type { Demotion, Tier, TrackRecord } from './ranking/demotion.ts'
export type {
  MeasuredPercentiles,
  MeasuredSpeed,
  Percentiles,
  PreferredSpeed,
} from './ranking/preferred-speed.ts'
export type { CacheLookup } from './ranking/rank.ts'
export { breakerDefaults } from './signals/breaker.ts'
export type {
  Breaker,
  BreakerOptions,
  BreakerPermit,
  BreakerState,
  HealthOutcome,
} from './signals/breaker.ts'
export { BreakerPolicy } from './signals/breaker-policy.ts'
export type { BreakerVerdict } from './signals/breaker-policy.ts'
export { TimerlessBreaker } from './signals/timerless-breaker.ts'
export type { TimerlessBreakerOptions } from './signals/timerless-breaker.ts'
export type { AttemptReport } from './signals/attempt-report.ts'
export { EndpointSignals, signalsPriorDefaults } from './signals/endpoint-signals.ts'
export type {
  EndpointSignalsOptions,
  EndpointSignalsSnapshot,
  SignalsPrior,
} from './signals/endpoint-signals.ts'
export { RateGate, rateGateDefaults } from './signals/gate.ts'
export type { RateGateOptions, RateGateSnapshot } from './signals/gate.ts'
export { Hold, holdDefaults } from './signals/hold.ts'
export type { HoldOptions, HoldSnapshot } from './signals/hold.ts'
export { InFlight, inFlightDefaults } from './signals/in-flight.ts'
export type { InFlightOptions } from './signals/in-flight.ts'
export { LatencyHistogram, latencyHistogramDefaults } from './signals/latency-histogram.ts'
export type { LatencyHistogramOptions, LatencyHistogramSnapshot } from './signals/latency-histogram.ts'
export { LatencyModel, latencyModelDefaults } from './signals/latency-model.ts'
export type { LatencyModelOptions, LatencyModelSnapshot } from './signals/latency-model.ts'
export { perTokenRange, ttftRange } from './signals/latency-range.ts'
export type { LatencyRange } from './signals/latency-range.ts'
export { OutcomeCounts, outcomeCountsDefaults } from './signals/outcome-counts.ts'
export type {
  AttemptOutcome,
  OutcomeCountsOptions,
  OutcomeCountsSnapshot,
  OutcomeRates,
  OutcomeTally,
} from './signals/outcome-counts.ts'
export { Permits } from './signals/permits.ts'
export type { PermitLimits, Reservation } from './signals/permits.ts'
export type { PrefillSlopeSnapshot } from './signals/prefill-slope.ts'
export type { SignalsView } from './signals/signals-view.ts'
export { sizeClassBounds, sizeClassOf } from './signals/size-class.ts'
export type { SizeClass } from './signals/size-class.ts'
export type { SizeClassSnapshot } from './signals/sized-histograms.ts'
export { TokenBucket } from './signals/token-bucket.ts'
export type { TokenBucketOptions } from './signals/token-bucket.ts'
export { attemptTimeouts } from './ranking/attempt-timeouts.ts'
export type { TimeoutQuestion } from './ranking/attempt-timeouts.ts'
export { unavailabilityOf } from './ranking/candidate.ts'
export type { KnownEndpoint, Unavailability } from './ranking/candidate.ts'
export { cappedPlan, expectedLossUsd } from './ranking/capped-plan.ts'
export type { PlanItem } from './ranking/capped-plan.ts'
export { decide } from './ranking/decide.ts'
export type { Decision, DecisionQuestion, UnavailableEndpoint } from './ranking/decide.ts'
export { firstPickDefaults, firstPickProbabilities } from './ranking/first-pick.ts'
export type { FirstPickOptions } from './ranking/first-pick.ts'
export { attemptUsd, indexUsd } from './ranking/index-parts.ts'
export type { IndexParts } from './ranking/index-parts.ts'
export { objectivePresets, usdPerSecondOf } from './ranking/objective.ts'
export type { PolicyEvent, PolicyOrder, PolicyQuestion, RoutingPolicy } from './ranking/policy.ts'
export { checkRankingOptions } from './ranking/check-ranking-options.ts'
export { rankingDefaults } from './ranking/ranking-options.ts'
export type { RankingOptions } from './ranking/ranking-options.ts'
export type { ScoredEndpoint } from './ranking/scored-endpoint.ts'
export { createCatalog } from './catalog/catalog.ts'
export type { Catalog, CatalogContent } from './catalog/catalog.ts'
export { costNanoUsd, expectedCostUsd, priceOf } from './catalog/cost.ts'
export type { BilledUsage, ExpectedUsage } from './catalog/cost.ts'
export { defineEndpoint } from './catalog/define-endpoint.ts'
export type { EndpointOptions } from './catalog/define-endpoint.ts'
export type {
  Capabilities,
  DataPolicy,
  Endpoint,
  EndpointLimits,
  Modality,
  Model,
  Quantization,
} from './catalog/endpoint.ts'
export { allParameters, commonParameters } from './catalog/parameters.ts'
export type { Parameter } from './catalog/parameters.ts'
export { pricingFromUsdPerMillion } from './catalog/pricing-from-usd.ts'
export type { UsdPerMillion, UsdPricing, UsdTier } from './catalog/pricing-from-usd.ts'
export type { Pricing, PriceTier, TokenPrices } from './catalog/pricing.ts'
export { matchesProvider, parseModelSlug } from './catalog/slug.ts'
export type { ModelSlug, RoutingVariant } from './catalog/slug.ts'
export { formatUsd, parseUsd } from './catalog/usd.ts'
export { demandDefaults, demandOf } from './demand/demand-of.ts'
export type { DemandOptions } from './demand/demand-of.ts'
export type { Demand } from './demand/demand.ts'
export { InvalidRequest } from './demand/invalid-request.ts'
export { estimatePromptTokens } from './demand/tokens.ts'
export type { TokenEstimate } from './demand/tokens.ts'
export { validateChatRequest } from './demand/validate-request.ts'
export { eligible, exclusionOf } from './eligibility/eligible.ts'
export type { Eligibility } from './eligibility/eligible.ts'
export type { Exclusion, ExclusionRule } from './eligibility/exclusion.ts'
export type { MaxPrice, Objective, RoutingPreferences } from './eligibility/preferences.ts'
export type { EligibilityQuestion, EndpointHold, ExclusionQuestion } from './eligibility/question.ts'
export { eligibilityRules } from './eligibility/rules.ts'
export type { EligibilityRule } from './eligibility/rules.ts'
export { Roster } from './runtime/roster.ts'
export { checkBreakerOptions } from './signals/check-breaker-options.ts'
