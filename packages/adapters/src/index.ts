export type {
  Adapter,
  DecodedAnswer,
  EncodeTarget,
  ServerSentEvent,
  StreamDecoder,
  StreamPart,
  WireRequest,
} from './adapter.ts'
export { createBreaker } from './guards/opossum-breaker.ts'
export type { CreateBreakerOptions } from './guards/opossum-breaker.ts'
export { openAiChat } from './openai-chat/openai-chat.ts'
export type { OpenAiChatOptions } from './openai-chat/openai-chat.ts'
export { openAiChatQuirksDefaults } from './openai-chat/quirks.ts'
export type { NumberRange, OpenAiChatQuirks, ReasoningSpelling } from './openai-chat/quirks.ts'
export { createServerSentEventDecoder, serverSentEventDecoderDefaults } from './sse/decoder.ts'
export type { ServerSentEventDecoder, ServerSentEventDecoderOptions } from './sse/decoder.ts'
export { transportDefaults } from './transport/transport-options.ts'
export type { TransportOptions } from './transport/transport-options.ts'
export { createUpstream } from './upstream/create-upstream.ts'
export type {
  AttemptHandle,
  AttemptListener,
  Upstream,
  UpstreamAttempt,
  WaitRequest,
  WaitResult,
} from './upstream/upstream.ts'
export { upstreamLimits } from './upstream/upstream-options.ts'
export type { UpstreamLimits, UpstreamOptions } from './upstream/upstream-options.ts'
