import { seededRandom } from '@nextbest/testkit'
import type { Fault, FaultMode } from '@nextbest/testkit/wall'
import { casesOf, faultModes, holdsUp } from '../expectation.ts'
import type { Case } from '../expectation.ts'

/** Two faults that one call may meet. */
export interface Pair {
  readonly seed: number
  readonly mode: FaultMode
  readonly first: Case
  readonly second: Case
  /** Whether the second one is met at the next place, or where the first one was, by the next request. */
  readonly at: 'next place' | 'same place'
}

/** Share of the pairs that are met at one place. */
const samePlaceShare = 1 / 3

/** Draws the pair of a seed: any two faults, each in any of its variants. */
export function drawPair(seed: number, faults: readonly Fault[]): Pair {
  const random = seededRandom(seed)
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)]
    if (item === undefined) throw new RangeError('there is nothing to draw from')
    return item
  }
  const at = random() < samePlaceShare ? 'same place' : 'next place'
  const mode = pick(faultModes)
  const choices = faults.map((fault) => pairable(fault, mode, at)).filter((cases) => cases.length > 0)
  return { seed, mode, at, first: pick(pick(choices)), second: pick(pick(choices)) }
}

/** A fault that takes a request before or after it, or all the process, is no pair's; a script is played by the wall alone. */
function pairable(fault: Fault, mode: FaultMode, at: Pair['at']): readonly Case[] {
  if (fault.warmUp === true || fault.followUp === true || holdsUp(fault)) return []
  return casesOf(fault, [mode]).filter(({ variant }) => at === 'next place' || variant.at === 'request')
}

/** Returns a pair in words. */
export function pairWords({ seed, mode, at, first, second }: Pair): string {
  return `seed ${seed}: ${caseWords(first)}, then ${caseWords(second)} at the ${at}, ${mode}`
}

function caseWords({ fault, variantName }: Case): string {
  return `fault ${fault.number}.${variantName}`
}
