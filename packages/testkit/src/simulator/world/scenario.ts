import type { Fault } from './fault.ts'
import type { ProviderProfile } from './provider-profile.ts'
import type { TrafficChanges } from './traffic.ts'

/** A world with something going on in it, and what to look at. */
export interface Scenario {
  readonly number: number
  readonly name: string
  /** What happens, in a few words. */
  readonly about: string
  /** The figures that it is about. */
  readonly lookAt: string
  /** Default: none. */
  readonly faults?: readonly Fault[]
  /** Default: those of the base world. */
  readonly providers?: readonly ProviderProfile[]
  /** Default: as recorded. */
  readonly traffic?: TrafficChanges
  /** Default: 3,500 s. */
  readonly durationMs?: number
  /** A provider that callers are not to use before an instant: it did not exist. Default: all exist from the start. */
  readonly newcomer?: { readonly provider: string; readonly fromMs: number }
  /** Router instances that share the traffic. Default: 4. */
  readonly instances?: number
  /** Whether they tell each other every second what they have learnt. Default: false. */
  readonly sharing?: boolean
  /** What a router is to reach here. */
  readonly bound?: ScenarioBound
}

interface ScenarioBound {
  /** Least share of requests that succeed, 0..1. */
  readonly success?: number
  /** Most mean loss above that of who knows the world but not luck, in thousandths of a dollar per request, balanced. */
  readonly regretMilliUsd?: number
  /** Most attempts per request. */
  readonly attempts?: number
}

/** The window over all of a scenario's faults; nothing when it has none that end within the run. */
export function faultWindow({ faults = [] }: Scenario): { fromMs: number; untilMs: number } | undefined {
  if (faults.length === 0) return undefined
  const fromMs = Math.min(...faults.map((fault) => fault.fromMs))
  const untilMs = Math.max(...faults.map((fault) => fault.untilMs))
  return { fromMs, untilMs }
}
