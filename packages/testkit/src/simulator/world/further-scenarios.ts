import { baseScenarios } from './base-scenarios.ts'
import { drawIncidents } from './incidents.ts'
import { baseProviders } from './provider-profile.ts'
import type { ProviderProfile } from './provider-profile.ts'
import type { Scenario } from './scenario.ts'

/** A month in 7.2 hours. */
const monthMs = (30 * 86_400_000) / 100
const names = baseProviders.map(({ name }) => name)

/** Scenarios 13 to 21: what a router meets beside faults. */
export const furtherScenarios: readonly Scenario[] = [
  {
    number: 13,
    name: 'cold-start',
    about: 'p2, at the price of the cheapest and twice as fast, is added after 10 min',
    lookAt: 'time until it has its share',
    providers: changed('p2', {
      promptUsdPerMillion: 0.25,
      outputUsdPerMillion: 0.75,
      outputTokensPerSecond: 180,
    }),
    newcomer: { provider: 'p2', fromMs: 600_000 },
  },
  {
    number: 13,
    name: 'cold-start-bad',
    about: 'p2, at half the price of the cheapest, is added after 10 min, and breaks off half of its streams',
    lookAt: 'broken streams',
    providers: changed('p2', { promptUsdPerMillion: 0.12, outputUsdPerMillion: 0.4 }),
    newcomer: { provider: 'p2', fromMs: 600_000 },
    faults: [{ providers: ['p2'], fromMs: 0, untilMs: Infinity, failing: { share: 0.5, mode: 'cut' } }],
  },
  ...sparse(),
  {
    number: 15,
    name: 'same-vendor',
    about: 'p0 and p1 are of one vendor and share half of their incidents; two weeks in an hour',
    lookAt: 'success, attempts',
    faults: drawIncidents({
      seed: 15,
      providers: ['p0', 'p1'],
      durationMs: 3_500_000,
      speedUp: 345,
      vendor: ['p0', 'p1'],
    }),
  },
  {
    number: 16,
    name: 'burst',
    about: 'five times the code requests, in the same bursts',
    lookAt: '429s, most in flight, success',
    traffic: { codeRate: 5 },
  },
  {
    number: 17,
    name: 'prompt-slope',
    about: 'prompts are four times as long, and p4 reads those above 8,000 tokens ten times slower',
    lookAt: 'share of p4, regret',
    traffic: { promptScale: 4 },
    providers: changed('p4', {
      promptUsdPerMillion: 0.45,
      outputUsdPerMillion: 1.3,
      requestsPerMinute: 600,
      fullAt: 60,
      slowPrompts: { aboveTokens: 8_000, factor: 10 },
    }),
  },
  {
    number: 18,
    name: 'cache-sessions',
    about:
      'two chats in five are turns of conversations over 10,000 tokens, which providers cache at a tenth of the price',
    lookAt: 'money, regret; the cheapest is down for 10 min',
    traffic: { sessions: { share: 0.4, prefixTokens: 10_000, open: 120, turns: 12 } },
    providers: baseProviders.map((one) => ({ ...one, cache: { priceShare: 0.1, keptMs: 300_000 } })),
    faults: [
      { providers: ['p0'], fromMs: 1_800_000, untilMs: 2_400_000, failing: { share: 1, mode: 'error' } },
    ],
  },
  {
    number: 19,
    name: 'slow-poison',
    about: 'p1 breaks off ever more streams, up to 15 % after half an hour',
    lookAt: 'broken streams',
    faults: [
      {
        providers: ['p1'],
        fromMs: 900_000,
        untilMs: 2_700_000,
        growing: true,
        failing: { share: 0.15, mode: 'cut' },
      },
    ],
  },
  {
    number: 20,
    name: 'header-lies',
    about: 'every provider says in its headers that nothing is left, or less than nothing, or all of it',
    lookAt: 'success: nobody starves',
    providers: baseProviders.map((one) => ({ ...one, headers: 'lies' })),
  },
  {
    number: 21,
    name: 'month',
    about: 'a month of incidents as status pages tell them, in seven hours',
    lookAt: 'success, money',
    durationMs: monthMs,
    faults: drawIncidents({ seed: 21, providers: names, durationMs: monthMs, speedUp: 100 }),
  },
]

/** Scenario 14: three of the base scenarios with many instances, each of which sees little. */
function sparse(): readonly Scenario[] {
  const faulty = baseScenarios.filter(({ number }) => number === 6 || number === 7 || number === 9)
  return [16, 64].flatMap((instances) =>
    [false, true].flatMap((sharing) =>
      faulty.map(({ name, about, lookAt, faults = [] }) => ({
        number: 14,
        name: `${name}-${instances}${sharing ? '-sharing' : ''}`,
        about: `${about}; ${instances} instances ${sharing ? 'that tell each other what they learn' : 'that know nothing of each other'}`,
        lookAt,
        faults,
        instances,
        sharing,
      })),
    ),
  )
}

function changed(name: string, change: Partial<ProviderProfile>): readonly ProviderProfile[] {
  return baseProviders.map((one) => (one.name === name ? { ...one, ...change } : one))
}
