import type { Upstream } from '@nextbest/adapters'
import { createCatalog, defineEndpoint, EndpointSignals } from '@nextbest/core'
import type { Catalog, Endpoint, KnownEndpoint } from '@nextbest/core'
import type { RouterOptions, RouterRuntime, UpstreamConfig, UpstreamModel } from './router-options.ts'

/** An endpoint with what is known of it and the upstream that serves it. */
export interface FleetEndpoint extends KnownEndpoint {
  readonly upstream: Upstream
}

/** All upstreams of a router. */
export interface Fleet {
  readonly catalog: Catalog
  readonly endpoints: readonly FleetEndpoint[]
  /** Endpoints that offer the model; none if it is unknown. */
  endpointsOf(model: string): readonly FleetEndpoint[]
  /** Endpoints that share an account with the given one, itself included. */
  siblingsOf(endpoint: FleetEndpoint): readonly FleetEndpoint[]
  close(): Promise<void>
}

/** Connects every upstream of the options with its endpoints. */
export function createFleet(options: RouterOptions, runtime: RouterRuntime): Fleet {
  const { clock, random } = runtime
  const breaker = options.breaker ?? {}
  const upstreams = options.upstreams.map((config) =>
    runtime.connect({ config, endpoints: endpointsOf(config, options.catalog), breaker, clock, random }),
  )
  rejectDuplicates(upstreams)
  const endpoints = upstreams.flatMap((upstream) =>
    upstream.endpoints.map((endpoint) => known(endpoint, upstream)),
  )
  const catalog = createCatalog({
    models: options.catalog?.models ?? [],
    endpoints: endpoints.map((one) => one.endpoint),
  })
  const byModel = Map.groupBy(endpoints, (one) => one.endpoint.model)
  const byUpstream = Map.groupBy(endpoints, (one) => one.upstream)
  return {
    catalog,
    endpoints,
    endpointsOf: (model) => byModel.get(model) ?? [],
    siblingsOf: (endpoint) => byUpstream.get(endpoint.upstream) ?? [],
    close: async () => {
      await Promise.all(upstreams.map((upstream) => upstream.close()))
    },
  }
}

function known(endpoint: Endpoint, upstream: Upstream): FleetEndpoint {
  const signals = new EndpointSignals({ limits: endpoint.limits })
  return { endpoint, upstream, signals, breaker: upstream.breakerOf(endpoint) }
}

function endpointsOf(config: UpstreamConfig, catalog: Catalog | undefined): readonly Endpoint[] {
  const endpoints =
    config.models?.map((model) => toEndpoint(model, config.provider)) ??
    catalog?.endpoints.filter((endpoint) => endpoint.provider === config.provider) ??
    []
  if (endpoints.length === 0) {
    throw new RangeError(
      `upstreams: "${config.provider}" serves nothing: list its models, or give a catalog that has its endpoints`,
    )
  }
  return endpoints
}

function toEndpoint(model: UpstreamModel, provider: string): Endpoint {
  return 'limits' in model ? model : defineEndpoint({ ...model, provider })
}

function rejectDuplicates(upstreams: readonly Upstream[]): void {
  const seen = new Set<string>()
  for (const { provider } of upstreams) {
    if (seen.has(provider))
      throw new RangeError(`upstreams: provider "${provider}" is listed twice; names must be unique`)
    seen.add(provider)
  }
}
