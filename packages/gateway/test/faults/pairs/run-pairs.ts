import type { Fault, FaultOrigin } from '@nextbest/testkit/wall'
import { nothingIsLeft } from '../checks/leftovers.ts'
import { found, inTurns } from '../in-turns.ts'
import { activeResources, leftoversOf } from '../leftovers.ts'
import { callGateway, observe, watch } from '../observe.ts'
import { placeOf } from '../place.ts'
import type { Suite } from '../suite.ts'
import { World } from '../world.ts'
import type { Place } from '../world.ts'
import { composePlaces, composeScript } from './compose.ts'
import type { Composition } from './compose.ts'
import { drawPair, pairWords } from './draw-pair.ts'
import type { Pair } from './draw-pair.ts'
import { judgePair } from './judge-pair.ts'

/** Worlds that are there at the same time, and that are looked at for what they left. */
const worldsAtOnce = 8
const pairsInBatch = 32

/** A chance for the first place, and one attempt on each. */
const maxAttempts = 4

export interface PairsOptions {
  readonly faults: readonly Fault[]
  readonly pairs: number
  /** Of the first pair; each further one has the next. */
  readonly seed: number
  readonly onViolation: (words: string) => void
}

/** Plays random pairs of faults. Returns how many were not as required. */
export async function runPairs(
  suite: Suite,
  { faults, pairs, seed, onViolation }: PairsOptions,
): Promise<number> {
  let violations = 0
  const tell = (words: string): void => {
    violations += 1
    onViolation(words)
  }
  for (let done = 0; done < pairs; done += pairsInBatch) {
    const seeds = Array.from(
      { length: Math.min(pairsInBatch, pairs - done) },
      (_, index) => seed + done + index,
    )
    await runBatch(
      suite,
      seeds.map((one) => drawPair(one, faults)),
      tell,
    )
  }
  return violations
}

async function runBatch(suite: Suite, pairs: readonly Pair[], tell: (words: string) => void): Promise<void> {
  const before = activeResources()
  const origins: FaultOrigin[] = []
  const wrong = await inTurns(pairs, worldsAtOnce, async (pair) => ({
    pair,
    words: await found(play(suite, pair, origins)),
  }))
  for (const { pair, words } of wrong) if (words.length > 0) tell(`${pairWords(pair)}: ${words.join('; ')}`)
  const left = nothingIsLeft(await leftoversOf({ wall: suite.wall, origins, before }))
  if (left !== undefined) tell(`seeds ${pairs[0]?.seed}..${pairs.at(-1)?.seed}: ${left}`)
}

async function play(suite: Suite, pair: Pair, origins: FaultOrigin[]): Promise<readonly string[]> {
  const { wall } = suite
  const places = await placesOf(pair, suite.nextRun())
  origins.push(...places.flatMap(({ origin }) => origin ?? []))
  await using world = await World.open({
    wall,
    clock: suite.clockFor(pair.first, pair.second),
    places,
    maxAttempts,
  })
  const watched = watch(world, wall)
  const told = await callGateway(watched, pair.mode)
  const observation = observe(watched, told, { mode: pair.mode, setting: 'with fallback' })
  return judgePair(observation, compositionOf(pair))
}

async function placesOf({ first, second, at }: Pair, run: string): Promise<readonly Place[]> {
  const last = { provider: 'third', wallModel: `${run}-third/ok` }
  if (at === 'next place')
    return [
      await placeOf('first', `${run}-first`, first),
      await placeOf('second', `${run}-second`, second),
      last,
    ]
  const script = [first, second].map(({ fault, variantName }) => `fault-${fault.number}.${variantName}`)
  return [{ provider: 'first', wallModel: `${run}-first/${script.join('-then-')}` }, last]
}

function compositionOf({ first, second, at }: Pair): Composition {
  const place = { provider: 'first', expectation: first.expectation }
  if (at === 'same place') return composeScript(place, second.expectation, 'third')
  const others = [
    { provider: 'second', expectation: second.expectation },
    { provider: 'third', expectation: undefined },
  ]
  return composePlaces([place, ...others])
}
