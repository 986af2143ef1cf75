// Everything of the testkit that this benchmark uses.
export { fasterBreaker, withFasterGuards } from '../../packages/testkit/src/fast-guards.ts'
export { hashedRandom, seededRandom } from '../../packages/testkit/src/seeded-random.ts'
export { startScriptedUpstream } from '../../packages/testkit/src/scripted-upstream/index.ts'
export type {
  Behaviour,
  ReceivedCall,
  ScriptedUpstream,
} from '../../packages/testkit/src/scripted-upstream/index.ts'
