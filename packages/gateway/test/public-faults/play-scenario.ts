import type { FaultMode, Wall } from '@nextbest/testkit/wall'
import { referenceText } from '@nextbest/testkit/wall'
import { invariants } from '../faults/checks/all.ts'
import { askSibling, callGateway, observe, watch } from '../faults/observe.ts'
import type { Told, Watch } from '../faults/observe.ts'
import { World } from '../faults/world.ts'
import type { Place } from '../faults/world.ts'
import type { ObservedArrival, ObservedCall, PublicObservation } from './observation.ts'
import type { Scenario } from './scenario.ts'
import { factor } from './stage.ts'
import type { Stage } from './stage.ts'

/**
 * A stream is asked for as the public test does, with leave to go on elsewhere where it breaks off. A whole answer shows nothing before
 * its end, so there the question's own `max_tokens` bounds the time for it.
 */
export const streamed: object = {
  max_tokens: undefined,
  stream_options: { include_usage: true },
  nextbest: { continue_broken: true },
}

export interface Playing {
  readonly scenario: Scenario
  readonly mode: FaultMode
  /** Of the router's luck. */
  readonly seed: number
}

/** Plays a scenario once. Returns what was seen of it. */
export async function playScenario(
  stage: Stage,
  { scenario, mode, seed }: Playing,
): Promise<PublicObservation> {
  const { wall, clock } = stage
  const [primary, fallback] = placesOf(scenario, stage.nextRun())
  await using world = await World.open({
    wall,
    clock,
    places: [primary, fallback],
    guardFactor: factor,
    seed,
  })
  const watched = watch(world, wall)
  const fromMs = clock.nowMs()
  const { calls, last } = await makeCalls(stage, watched, { scenario, mode, seed })
  return {
    mode,
    calls: calls.map((call) => ({ ...call, atMs: call.atMs - fromMs })),
    primary: arrivalsAt(wall, primary, fromMs),
    fallback: arrivalsAt(wall, fallback, fromMs),
    // With several calls the ledger does not tell which request is whose.
    unsound: calls.length === 1 ? unsoundIn(watched, last, mode) : world.gatewayFaults,
    isAliveAfter: (await askSibling(world, mode)) === referenceText,
  }
}

function placesOf(
  { id, fallback = 'ok' }: Scenario,
  name: string,
): readonly [primary: Place, fallback: Place] {
  return [
    { provider: 'primary', wallModel: `${name}/${id}` },
    { provider: 'fallback', wallModel: `${name}-fallback/${fallback}` },
  ]
}

async function makeCalls(
  { clock }: Stage,
  watched: Watch,
  { scenario, mode }: Playing,
): Promise<{ readonly calls: readonly ObservedCall[]; readonly last: Told }> {
  const { count, periodMs } = scenario.calls ?? { count: 1, periodMs: 0 }
  const calls: ObservedCall[] = []
  for (let dueAtMs = clock.nowMs(); ; dueAtMs += periodMs) {
    await new Promise<void>((resolve) => clock.setTimer(dueAtMs, resolve))
    const atMs = clock.nowMs()
    const told = await callGateway(watched, mode, mode === 'stream' ? streamed : {})
    const { answer, raw } = told
    calls.push({ atMs, tookMs: clock.nowMs() - atMs, answer, providers: providersIn(raw?.text ?? '') })
    if (calls.length >= count) return { calls, last: told }
  }
}

/** Who an answer says that it is from, in each of its events. */
function providersIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(/"provider":"([^"]*)"/g), ([, provider = '']) => provider))]
}

function arrivalsAt({ ledger }: Wall, { wallModel }: Place, fromMs: number): readonly ObservedArrival[] {
  return ledger.entries
    .filter(({ model }) => model === wallModel)
    .map(({ atMs, tokensBilled }) => ({ atMs: atMs - fromMs, tokensBilled }))
}

function unsoundIn(watched: Watch, told: Told, mode: FaultMode): readonly string[] {
  const observation = observe(watched, told, { mode, setting: 'with fallback' })
  return invariants.flatMap((invariant) => invariant(observation) ?? [])
}
