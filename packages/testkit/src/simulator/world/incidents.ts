import type { Random } from '@nextbest/core'
import { hashedRandom } from '../../seeded-random.ts'
import { drawExponential, drawNormal } from './draw.ts'
import type { Fault } from './fault.ts'

/** Where and for how long incidents are drawn. */
export interface IncidentOptions {
  /** Any safe integer. */
  readonly seed: number
  readonly providers: readonly string[]
  readonly durationMs: number
  /** How many times faster than in the world outside incidents come and go. */
  readonly speedUp: number
  /** Providers of one vendor: each shares half of the incidents of the first of them. Default: none. */
  readonly vendor?: readonly string[]
}

const dayMs = 86_400_000
const minuteMs = 60_000

/** Time from one incident to the next: Weibull with a mean of 4 days. */
const upShape = 0.7
const upMeanMs = 4 * dayMs
/** Mean of a Weibull variable of this shape and scale 1: gamma(1 + 1 / 0.7). */
const upMeanOfScaleOne = 1.2658

/** Time to repair: lognormal, median 67 min. */
const repairLogMinutes = 4.2
const repairSpread = 1.3
const sharedByVendor = 0.5

/**
 * Draws the incidents of some providers. Source: Weibull and lognormal fitted to the status pages of OpenAI and Anthropic (July 2023
 * to August 2024, data of "An Empirical Characterization of Outages and Incidents in Public Services for Large Language Models",
 * ICPE 2025); the mix of kinds is a choice: 55 % errors of 5..40 %, 25 % slowness of two to eight times, 15 % down, 5 % cut streams.
 */
export function drawIncidents(options: IncidentOptions): readonly Fault[] {
  const { seed, providers, vendor = [] } = options
  return providers.flatMap((provider) => {
    const own = drawOwn(provider, options)
    const follows = vendor.filter((other) => other !== provider)
    if (vendor[0] !== provider || follows.length === 0) return own
    const shared = hashedRandom(seed, provider, 'shared')
    return own.map((fault) =>
      shared() < sharedByVendor ? { ...fault, providers: [provider, ...follows] } : fault,
    )
  })
}

function drawOwn(provider: string, { seed, durationMs, speedUp }: IncidentOptions): Fault[] {
  const random = hashedRandom(seed, provider, 'incidents')
  const incidents: Fault[] = []
  for (let atMs = upMs(random) / speedUp; atMs < durationMs; atMs += upMs(random) / speedUp) {
    const lastsMs = (Math.exp(repairLogMinutes + repairSpread * drawNormal(random)) * minuteMs) / speedUp
    const untilMs = Math.min(durationMs, atMs + lastsMs)
    incidents.push({ providers: [provider], fromMs: atMs, untilMs, ...drawKind(random) })
    atMs = untilMs
  }
  return incidents
}

/** Weibull: a power of an exponential variable. */
function upMs(random: Random): number {
  return (upMeanMs / upMeanOfScaleOne) * drawExponential(1, random) ** (1 / upShape)
}

function drawKind(random: Random): Pick<Fault, 'failing' | 'ttftFactor' | 'perTokenFactor'> {
  const kind = random()
  const severity = random()
  if (kind < 0.55) return { failing: { share: 0.05 + 0.35 * severity, mode: 'error' } }
  if (kind < 0.8) return { ttftFactor: 2 + 6 * severity, perTokenFactor: 1 + 3 * severity }
  if (kind < 0.95) return { failing: { share: 1, mode: 'error' } }
  return { failing: { share: 0.05 + 0.35 * severity, mode: 'cut' } }
}
