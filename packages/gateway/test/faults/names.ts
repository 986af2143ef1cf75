/** The model that calls are for, and another one of the same accounts. */
export const askedModel = 'wall/asked'
export const siblingModel = 'wall/sibling'

/** The key of a provider, as real ones look. */
export function keyOf(provider: string): string {
  return `sk-proj-${provider}-R4nd0mCanaryKey0fTheW4ll77`
}
