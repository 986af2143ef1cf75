export { openAiChat } from '@nextbest/adapters'
export type {
  Adapter,
  AttemptHandle,
  AttemptListener,
  DecodedAnswer,
  EncodeTarget,
  ServerSentEvent,
  StreamDecoder,
  StreamPart,
  Upstream,
  UpstreamAttempt,
  WaitRequest,
  WaitResult,
  WireRequest,
} from '@nextbest/adapters'
export type {
  ChatChunk,
  ChatCompletion,
  ChatMessage,
  ChatRequest,
  PolicyEvent,
  PolicyOrder,
  PolicyQuestion,
  RoutingPolicy,
  RoutingPreferences,
  ScoredEndpoint,
  TokenUsage,
} from '@nextbest/core'
export { createRouter } from './create-router.ts'
export { routerDefaults } from './call-bounds.ts'
export { RouterError } from './router-error.ts'
export type { RouterErrorDetails, RouterErrorKind } from './router-error.ts'
export type { Route, RouteAttempt, RankedRoute, UnavailableRoute } from './route.ts'
export type {
  CallEnding,
  CallHandle,
  CallOptions,
  CallSink,
  ChatReply,
  ChatStream,
  CloseOptions,
  EndpointStatus,
  Router,
} from './router.ts'
export type {
  RouterEvent,
  RouterOptions,
  RouterRuntime,
  UpstreamAccount,
  UpstreamConfig,
  UpstreamModel,
} from './router-options.ts'
export { sharingDefaults } from './sharing/signals-bus.ts'
export type { LearnedOfEndpoint, SharingOptions, SignalsBus, SignalsMessage } from './sharing/signals-bus.ts'
