// Everything of the adapters and of their tests that this benchmark uses.
export { createServerSentEventDecoder } from '../../packages/adapters/src/sse/decoder.ts'
export { fuzz } from '../../packages/adapters/test/sse/fuzz.ts'
export type { FuzzReport } from '../../packages/adapters/test/sse/fuzz.ts'
export { decodedAtOnce } from '../../packages/adapters/test/sse/reference-decoder.ts'
export { written } from '../../packages/adapters/test/sse/smallest-difference.ts'
