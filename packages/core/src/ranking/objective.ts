import type { Objective } from '../eligibility/preferences.ts'

/** What a second of waiting is worth, in US dollars, in each preset. Source of the values: measured by simulation. */
export const objectivePresets: Readonly<Record<'cheapest' | 'balanced' | 'fastest', number>> = Object.freeze({
  cheapest: 0,
  balanced: 1e-4,
  fastest: 1e-2,
})

/** Returns US dollars per second of waiting. */
export function usdPerSecondOf(objective: Objective): number {
  return typeof objective === 'string' ? objectivePresets[objective] : objective.usdPerSecond
}
