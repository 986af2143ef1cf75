// Everything of core that this benchmark uses.
export { classify } from '../../packages/core/src/failure/classify.ts'
export type { FailureEvidence } from '../../packages/core/src/failure/failure.ts'
export { markers } from '../../packages/core/src/failure/markers.ts'
