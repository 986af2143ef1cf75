import { hashedRandom } from '../../seeded-random.ts'
import { Dice } from './dice.ts'
import type { SwarmAccount } from './fleet.ts'
import { incidentKinds, type IncidentKind } from './incident-kinds.ts'

/** Something that goes wrong at one provider for a time. */
export interface Incident {
  readonly provider: string
  readonly kind: IncidentKind
  readonly fromMs: number
  /** It is over at this instant. */
  readonly untilMs: number
  /** The share of attempts that it strikes, above 0, at most 1. */
  readonly share: number
}

const allIncidentKinds: readonly IncidentKind[] = Object.keys(incidentKinds).filter(isIncidentKind)

function isIncidentKind(name: string): name is IncidentKind {
  return Object.hasOwn(incidentKinds, name)
}

/** Draws which kinds of incidents a swarm knows at all: half of them, so that those that are left meet in ever new ways. */
export function drawIncidentKinds(seed: number): readonly IncidentKind[] {
  return new Dice(hashedRandom(seed, 'kinds')).some(allIncidentKinds, 0.5)
}

export interface IncidentQuestion {
  readonly seed: number
  readonly accounts: readonly SwarmAccount[]
  readonly kinds: readonly IncidentKind[]
  /** Until when incidents may last. */
  readonly untilMs: number
}

/** Draws the incidents of a swarm. Each provider has 0 to 12; an outage strikes about half of all providers at once. */
export function drawIncidents({ seed, accounts, kinds, untilMs }: IncidentQuestion): readonly Incident[] {
  const incidents: Incident[] = []
  const single = kinds.filter((kind) => kind !== 'outage')
  for (const { provider } of accounts) {
    const dice = new Dice(hashedRandom(seed, 'incidents', provider))
    const count = single.length === 0 ? 0 : dice.integer(0, 12)
    for (let i = 0; i < count; i++)
      incidents.push(drawIncident(provider, dice.pick(single), { dice, untilMs }))
  }
  if (kinds.includes('outage')) incidents.push(...drawOutages(seed, accounts, untilMs))
  return incidents
}

function drawIncident(
  provider: string,
  kind: IncidentKind,
  { dice, untilMs }: { readonly dice: Dice; readonly untilMs: number },
): Incident {
  const fromMs = Math.round(dice.between(0, 0.95) * untilMs)
  const lastsMs = Math.round(dice.magnitude(2_000, Math.max(4_000, untilMs / 8)))
  const share = dice.chance(0.5) ? 1 : dice.between(0.05, 1)
  return { provider, kind, fromMs, untilMs: Math.min(untilMs, fromMs + lastsMs), share }
}

function drawOutages(seed: number, accounts: readonly SwarmAccount[], untilMs: number): readonly Incident[] {
  const dice = new Dice(hashedRandom(seed, 'outages'))
  return Array.from({ length: dice.integer(1, 3) }, () => {
    const { fromMs, untilMs: endMs } = drawIncident('', 'outage', { dice, untilMs })
    return dice
      .some(accounts, dice.pick([0.5, 1]))
      .map(({ provider }): Incident => ({ provider, kind: 'outage', fromMs, untilMs: endMs, share: 1 }))
  }).flat()
}
