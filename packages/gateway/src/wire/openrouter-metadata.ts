import type { Route } from 'nextbest'

/** Statuses that stand in for an attempt's, where the provider sent none. */
const noStatus = 0
const answeredStatus = 200

/** Returns a route as OpenRouter's `openrouter_metadata`, which knows less of it than our own `nextbest`. */
export function openRouterMetadata(route: Route, providerOf: (endpoint: string) => string): object {
  const serving = [...route.ranked, ...route.unavailable].map((one) => one.endpoint)
  const answered = route.attempts.length
  return {
    requested: route.model,
    strategy: 'direct',
    region: null,
    summary: summaryOf(route, serving.length),
    attempt: answered,
    is_byok: false,
    endpoints: {
      total: serving.length,
      available: serving.map((endpoint) => ({
        provider: providerOf(endpoint),
        model: route.model,
        selected: endpoint === route.endpoint,
      })),
    },
    attempts: route.attempts.map((attempt) => ({
      provider: providerOf(attempt.endpoint),
      model: route.model,
      status: attempt.outcome === 'answered' ? answeredStatus : (attempt.failure?.status ?? noStatus),
    })),
  }
}

function summaryOf(route: Route, serving: number): string {
  const selected = route.provider === undefined ? 'none selected' : `selected=${route.provider}`
  return `available=${serving}, excluded=${route.exclusions.length}, attempts=${route.attempts.length}, ${selected}`
}
