import type { Adapter, Upstream } from '@nextbest/adapters'
import type {
  BreakerOptions,
  Catalog,
  Clock,
  Endpoint,
  EndpointOptions,
  Failure,
  Random,
  RankingOptions,
  RoutingPolicy,
  RoutingPreferences,
  TokenUsage,
} from '@nextbest/core'
import type { CallFacts } from './call-facts.ts'
import type { Route } from './route.ts'
import type { SharingOptions } from './sharing/signals-bus.ts'

export interface RouterOptions {
  /** The provider accounts to route over; at least one. */
  readonly upstreams: readonly UpstreamConfig[]
  /** Models and endpoints of the upstreams that list no `models` of their own. Default: none. */
  readonly catalog?: Catalog
  /** Time for a whole call, in ms. 1..86,400,000. Default: 600,000, as the official clients have it. */
  readonly timeoutMs?: number
  /** Attempts of a call, the first included. 1..10. Default: 3. */
  readonly maxAttempts?: number
  /** Longest wait of a call for a busy endpoint, where every one is busy, in ms. 0..86,400,000. Default: 30,000. */
  readonly maxWaitMs?: number
  /** Default wishes of calls that state none. Default: none. */
  readonly preferences?: RoutingPreferences
  /** Breaker of each endpoint. Default: `breakerDefaults`. */
  readonly breaker?: Partial<BreakerOptions>
  /** What a call does while the breakers of all its endpoints are open: try two of them all the same, or fail at once. Default: `try`. */
  readonly whenAllOpen?: 'try' | 'fail'
  /** Numbers under the presets. Default: `rankingDefaults`. */
  readonly ranking?: Partial<RankingOptions>
  /** Orders the endpoints of each call. Default: by expected cost; see docs/policies/ranking.md. */
  readonly policy?: RoutingPolicy
  /** Learns from other instances that route over the same endpoints, and tells them what it learns. Default: it knows what it sees. */
  readonly sharing?: SharingOptions
  /** Hears what happens, for logs and metrics. Must not throw; never given keys or prompts. Default: nothing. */
  readonly onEvent?: (event: RouterEvent) => void
  /** Time, randomness and the world. Default: the system's. */
  readonly runtime?: Partial<RouterRuntime>
}

export interface RouterRuntime {
  readonly clock: Clock
  readonly random: Random
  /** Connects a provider account. Default: over HTTP. A simulation gives accounts of its own. */
  readonly connect: (account: UpstreamAccount) => Upstream
}

/** A provider account that is to be connected. */
export interface UpstreamAccount extends Pick<RouterRuntime, 'clock' | 'random'> {
  readonly config: UpstreamConfig
  readonly endpoints: readonly Endpoint[]
  readonly breaker: Partial<BreakerOptions>
}

/** A provider account: where it is, how it is spoken to, and what it serves. */
export interface UpstreamConfig {
  /** The provider's slug: 1..64 characters of `a-z 0-9 - _ .`. Unique among the upstreams. */
  readonly provider: string
  /** `https://…`, without query or fragment; the wire format's paths are appended. */
  readonly baseUrl: string
  /** The key, or a function that is asked at each attempt. Default: none is sent. */
  readonly apiKey?: string | (() => string | undefined)
  /** Default: `openAiChat()`. */
  readonly adapter?: Adapter
  /** Headers sent with each request, names in lower case. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /** What it serves. Default: the endpoints of this provider in the catalog. */
  readonly models?: readonly UpstreamModel[]
  /** Whether addresses of private networks and plain http are allowed, as for a server of one's own. Default: false. */
  readonly allowPrivateNetwork?: boolean
  /** Connections at once. 1..10,000. Default: 256. */
  readonly maxConnections?: number
  /** Time to connect, in ms. 1..120,000. Default: 5,000. */
  readonly connectTimeoutMs?: number
  /**
   * Outbound HTTP proxy through which it is reached, e.g. `http://proxy.internal:3128`; credentials in it never reach an error.
   * Default: none, whatever the environment says.
   */
  readonly proxyUrl?: string
  /** Whether HTTP/2 is spoken where it is offered; one lost connection then ends every attempt on it. Default: false. */
  readonly http2?: boolean
}

/** An endpoint without its provider, which the upstream states; or a ready `Endpoint`. */
export type UpstreamModel = Omit<EndpointOptions, 'provider'> | Endpoint

/** What happened, as it happens. */
export type RouterEvent =
  | {
      readonly type: 'call-start'
      readonly callId: string
      readonly model: string
      readonly promptTokens: number
    }
  | {
      readonly type: 'attempt-start'
      readonly callId: string
      readonly attempt: number
      readonly endpoint: string
    }
  | {
      readonly type: 'attempt-end'
      readonly callId: string
      readonly attempt: number
      readonly endpoint: string
      readonly outcome: 'answered' | 'failed' | 'cancelled'
      readonly failure: Failure | undefined
      readonly durationMs: number
      readonly usage: TokenUsage | undefined
    }
  | { readonly type: 'endpoint-held'; readonly endpoint: string; readonly reason: string }
  | {
      readonly type: 'breaker-change'
      readonly endpoint: string
      readonly state: 'closed' | 'open' | 'half-open'
    }
  /** A message of another instance was not understood, or held a number that cannot be; the rest of it is passed over. */
  | { readonly type: 'sharing-refused'; readonly reason: string }
  | {
      readonly type: 'call-end'
      readonly callId: string
      readonly route: Route
      readonly error: string | undefined
      /** Absent in events that no router told. */
      readonly facts?: CallFacts
    }
