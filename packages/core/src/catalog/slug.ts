import type { Endpoint } from './endpoint.ts'

/** Suffixes that say how to route, and are no part of the model's id. */
export type RoutingVariant = 'nitro' | 'floor' | 'exacto' | 'online'

/** A model's slug, taken apart. */
export interface ModelSlug {
  /** The model's id: `author/slug`, with a catalog variant such as `:free` if there is one. */
  readonly model: string
  /** Routing variants in the order given; of those that sort, the last wins. */
  readonly variants: readonly RoutingVariant[]
}

const routingVariants: readonly string[] = [
  'nitro',
  'floor',
  'exacto',
  'online',
] satisfies readonly RoutingVariant[]

const noVariants: readonly RoutingVariant[] = Object.freeze([])

/** Last parts of the tags that name a service tier, which costs more or waits longer than the provider's usual one. */
const serviceTiers: ReadonlySet<string> = new Set(['priority', 'flex', 'fast', 'scale'])

/**
 * Takes a slug apart: `author/slug:free:nitro` is the model `author/slug:free` with the variant `nitro`. `:nitro` (by
 * throughput), `:floor` (by price), `:exacto` and `:online` say how to route; all other suffixes are part of the model's id.
 */
export function parseModelSlug(slug: string): ModelSlug {
  if (!slug.includes(':')) return { model: slug, variants: noVariants }
  const [base = '', ...suffixes] = slug.split(':')
  const others = suffixes.filter((suffix) => !isRoutingVariant(suffix))
  return { model: [base, ...others].join(':'), variants: suffixes.filter(isRoutingVariant) }
}

function isRoutingVariant(suffix: string): suffix is RoutingVariant {
  return routingVariants.includes(suffix)
}

/**
 * Returns whether a selector of the caller names an endpoint. A provider's slug (`deepinfra`) names all endpoints of it but
 * those of a service tier (`openai/priority`); a slug with a suffix (`deepinfra/turbo`) names that tag only. Case is ignored.
 */
export function matchesProvider(selector: string, endpoint: Pick<Endpoint, 'provider' | 'tag'>): boolean {
  if (selector.includes('/')) return equalsIgnoringCase(selector, endpoint.tag)
  return equalsIgnoringCase(selector, endpoint.provider) && !isServiceTier(endpoint.tag)
}

function isServiceTier(tag: string): boolean {
  const slash = tag.lastIndexOf('/')
  return slash >= 0 && serviceTiers.has(tag.slice(slash + 1).toLowerCase())
}

function equalsIgnoringCase(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase()
}
