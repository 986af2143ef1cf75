import type { Endpoint, Model } from './endpoint.ts'

/** Models and the endpoints that serve them. Never changes: a new catalog replaces an old one. */
export interface Catalog {
  /** Every model once: the listed ones in their order, then those that only endpoints name. */
  readonly models: readonly Model[]
  readonly endpoints: readonly Endpoint[]
  /** Returns the model with this id. */
  modelOf(id: string): Model | undefined
  /** Returns the endpoints of a model, in the order of the catalog; none for a model that it does not know. */
  endpointsOf(model: string): readonly Endpoint[]
  /** Returns the endpoint with this id. */
  endpoint(id: string): Endpoint | undefined
}

export interface CatalogContent {
  /** What is known of models beside their id. Default: none, the models are those of the endpoints. */
  readonly models?: readonly Model[]
  readonly endpoints: readonly Endpoint[]
}

const noEndpoints: readonly Endpoint[] = Object.freeze([])

/**
 * Returns a catalog of a copy of the lists.
 *
 * @throws RangeError when two endpoints or two listed models have the same id.
 */
export function createCatalog(content: CatalogContent): Catalog {
  const endpoints = Object.freeze([...content.endpoints])
  const endpointsById = byId('endpoint', endpoints)
  const endpointsByModel = byModel(endpoints)
  const modelsById = byId('model', content.models ?? [])
  for (const id of endpointsByModel.keys()) if (!modelsById.has(id)) modelsById.set(id, { id })
  return Object.freeze<Catalog>({
    models: Object.freeze([...modelsById.values()]),
    endpoints,
    modelOf: (id) => modelsById.get(id),
    endpointsOf: (model) => endpointsByModel.get(model) ?? noEndpoints,
    endpoint: (id) => endpointsById.get(id),
  })
}

function byId<Entry extends { readonly id: string }>(
  kind: string,
  entries: readonly Entry[],
): Map<string, Entry> {
  const map = new Map<string, Entry>()
  for (const entry of entries) {
    if (map.has(entry.id)) throw new RangeError(`two ${kind}s have the id "${entry.id}"`)
    map.set(entry.id, entry)
  }
  return map
}

function byModel(endpoints: readonly Endpoint[]): Map<string, readonly Endpoint[]> {
  const groups = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints) {
    const group = groups.get(endpoint.model)
    if (group === undefined) groups.set(endpoint.model, [endpoint])
    else group.push(endpoint)
  }
  for (const group of groups.values()) Object.freeze(group)
  return groups
}
