import type { Endpoint } from '../catalog/endpoint.ts'
import type { Demand } from '../demand/demand.ts'
import type { LearnedCapabilities } from '../signals/learned-capabilities.ts'
import type { RoutingPreferences } from './preferences.ts'

/** Keeps an endpoint back after a fault of its credential, account or model. */
export interface EndpointHold {
  /** For people; may be absent. */
  readonly reason: string | undefined
  /** Returns when it ends (`Infinity` where nobody knows), or nothing when it is not in force at `nowMs`. */
  until(nowMs: number): number | undefined
}

/** What is asked of one endpoint. */
export interface ExclusionQuestion {
  readonly demand: Demand
  readonly preferences: RoutingPreferences
  readonly nowMs: number
  /** The endpoint's hold. Default: none. */
  readonly hold?: EndpointHold | undefined
  /** What the endpoint has refused of late. Default: nothing. */
  readonly learned?: LearnedCapabilities | undefined
}

/** What is asked of many endpoints. */
export interface EligibilityQuestion extends Omit<ExclusionQuestion, 'hold' | 'learned'> {
  /** Returns the hold of an endpoint. Default: there are none. */
  readonly holdOf?: (endpoint: Endpoint) => EndpointHold | undefined
}
