import type { Fault, FaultExpectation, FaultMode, FaultVariant } from '@nextbest/testkit/wall'
import type { Setting } from './observation.ts'

/** One fault in one of its variants, and how its answer is asked for. */
export interface Case {
  readonly fault: Fault
  readonly variantName: string
  readonly variant: FaultVariant
  readonly mode: FaultMode
  /** The fault's expectation with what its variant says otherwise. */
  readonly expectation: FaultExpectation
}

/**
 * Whether a fault holds up the event loop of our own process, as its number says: nothing else can be played meanwhile, and a clock that
 * did not count the time would hide what the fault does.
 */
export function holdsUp({ number }: Pick<Fault, 'number'>): boolean {
  return number === 38
}

export const faultModes: readonly FaultMode[] = ['json', 'stream']

/** Returns the cases of a fault. */
export function casesOf(fault: Fault, modes: readonly FaultMode[] = faultModes): readonly Case[] {
  return Object.entries(fault.variants).flatMap(([variantName, variant]) =>
    modes.flatMap((mode) => {
      const base = fault.expected[mode]
      if (base === undefined || variant.modes?.includes(mode) === false) return []
      return { fault, variantName, variant, mode, expectation: { ...base, ...variant.expected } }
    }),
  )
}

/** Returns the settings in which a case is played. */
export function settingsOf({ expectation: { action, requires } }: Case): readonly Setting[] {
  return [
    'with fallback',
    'alone',
    ...(requires === undefined ? [] : (['with equal'] as const)),
    ...(action === 'break-off' ? (['continued'] as const) : []),
  ]
}
