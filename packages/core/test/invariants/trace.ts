import fc from 'fast-check'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { createVirtualBreaker } from '../../../testkit/src/virtual-breaker.ts'
import type { KnownEndpoint } from '../../src/ranking/candidate.ts'
import { decide } from '../../src/ranking/decide.ts'
import type { Decision } from '../../src/ranking/decide.ts'
import { DemotionMemory } from '../../src/ranking/demotion-memory.ts'
import type { Random } from '../../src/runtime/random.ts'
import { breakerDefaults } from '../../src/signals/breaker.ts'
import type { HealthOutcome } from '../../src/signals/breaker.ts'
import { CacheMemory } from '../../src/signals/cache-memory.ts'
import { question } from '../ranking/fleet.ts'
import { attemptReport, gapMs, timed } from '../signals/arbitraries.ts'
import { knownAll, planIds } from './fleet.ts'
import type { Numbers } from './fleet.ts'

const event = fc.record({
  gapMs,
  report: attemptReport,
  /** What the attempt meets beside its outcome. */
  refusal: fc.constantFrom('none', 'none', 'none', 'none', 'rate limit', 'credential'),
  retryAfterMs: fc.option(fc.nat(60_000), { nil: undefined }),
})

type TraceEvent = typeof event extends fc.Arbitrary<infer Event> ? Event : never

export const traceEvents: fc.Arbitrary<readonly TraceEvent[]> = fc.array(event, { maxLength: 25 })

interface Trace {
  readonly fleet: readonly Numbers[]
  readonly events: readonly TraceEvent[]
  readonly seed: number
  readonly startMs: number
}

/** Decides call after call; each takes the first endpoint of its plan, and the next event is what becomes of it. */
export function decisionsOf({ fleet, events, seed, startMs }: Trace): readonly object[] {
  const random = seededRandom(seed)
  let nowMs = startMs
  const endpoints = knownAll(fleet, startMs).map((known) => ({
    ...known,
    breaker: createVirtualBreaker({ ...breakerDefaults, nowMs: () => nowMs, random }),
  }))
  const cache = { memory: new CacheMemory(), key: 'conversation' }
  const asked = { random, cache, demotions: new DemotionMemory() }
  const told: object[] = []
  for (const { atMs, ...one } of timed(events, startMs)) {
    nowMs = atMs
    const decision = decide(endpoints, question({ ...asked, nowMs }))
    told.push(toldOf(decision, startMs))
    const first = endpoints.find(({ endpoint }) => endpoint === decision.plan[0]?.endpoint)
    if (first !== undefined) attempt(first, one, { nowMs, random, memory: cache.memory })
  }
  return told
}

interface Scene {
  readonly nowMs: number
  readonly random: Random
  readonly memory: CacheMemory
}

const health: Readonly<Record<TraceEvent['report']['outcome'], HealthOutcome>> = {
  success: 'success',
  early: 'failure',
  late: 'failure',
  neutral: 'neutral',
}

function attempt({ endpoint, signals, breaker }: KnownEndpoint, event: TraceEvent, scene: Scene): void {
  const { report, refusal, retryAfterMs } = event
  const { nowMs, random, memory } = scene
  const permit = breaker.tryAcquire()
  signals.attemptStarted(nowMs)
  signals.attemptEnded(report, nowMs)
  if (permit !== undefined) breaker.report(permit, health[report.outcome])
  if (refusal === 'rate limit') signals.gate.close(retryAfterMs, nowMs, random)
  if (refusal === 'credential') signals.hold.place('key rejected', nowMs)
  memory.record({ key: 'conversation', endpointId: endpoint.id, promptTokens: 800, cachedTokens: 700 }, nowMs)
}

/** All that a decision says, its instants counted from the beginning of the trace. */
function toldOf(decision: Decision, startMs: number): object {
  const { ranked, unavailable, exclusions, panic, maxAttempts } = decision
  return {
    plan: planIds(decision),
    useful: decision.plan.map(({ usefulMs }) => usefulMs),
    probabilities: [...decision.probabilities],
    ranked: ranked.map(({ known, ...numbers }) => ({ id: known.endpoint.id, ...numbers })),
    unavailable: unavailable.map(({ known, reason, retryAtMs }) => ({
      id: known.endpoint.id,
      reason,
      // An instant with jitter is not a whole number, and far from 0 it has fewer digits.
      retryInMs: retryAtMs === undefined ? undefined : Math.round(retryAtMs - startMs),
    })),
    exclusions,
    panic,
    maxAttempts,
  }
}
