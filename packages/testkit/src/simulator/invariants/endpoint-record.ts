import type { Endpoint } from '@nextbest/core'

/** Something kept for each endpoint of a run. */
export class PerEndpoint<Item> {
  readonly #items = new Map<string, Item>()
  readonly #create: (endpoint: Endpoint) => Item

  constructor(create: (endpoint: Endpoint) => Item) {
    this.#create = create
  }

  of(endpoint: Endpoint): Item {
    const known = this.#items.get(endpoint.id)
    if (known !== undefined) return known
    const item = this.#create(endpoint)
    this.#items.set(endpoint.id, item)
    return item
  }
}
