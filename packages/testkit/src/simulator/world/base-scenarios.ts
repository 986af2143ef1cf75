import type { Scenario } from './scenario.ts'

const forever = Infinity
const everybody = ['p0', 'p1', 'p2', 'p3', 'p4'] as const

/** Scenarios 1 to 12: one fault each, on the five base providers. Windows in ms of the run. */
export const baseScenarios: readonly Scenario[] = [
  {
    number: 1,
    name: 'steady',
    about: 'nothing but background failures',
    lookAt: 'regret, shares, money',
    bound: { success: 0.998, regretMilliUsd: 0.06 },
  },
  {
    number: 2,
    name: 'hard-outage',
    about: 'the cheapest answers every request with an error for 15 min',
    lookAt: 'amplification, time to detect and to recover',
    faults: [failing(['p0'], [900, 1_800], { share: 1, mode: 'error' })],
    bound: { success: 0.998, regretMilliUsd: 0.024, attempts: 1.036 },
  },
  {
    number: 3,
    name: 'hang',
    about: 'the cheapest takes requests and never answers for 15 min',
    lookAt: 'p99 of the time to the first token, wasted money',
    faults: [failing(['p0'], [900, 1_800], { share: 1, mode: 'hang' })],
    bound: { success: 0.998, regretMilliUsd: 0.024 },
  },
  {
    number: 4,
    name: 'brownout',
    about: 'p1 is slow for 20 min: first tokens four times, all others three times',
    lookAt: 'goodput, p99 of completion',
    faults: [{ providers: ['p1'], ...window(900, 2_100), ttftFactor: 4, perTokenFactor: 3 }],
    bound: { success: 0.998, regretMilliUsd: 0.06 },
  },
  {
    number: 5,
    name: 'gray-cut',
    about: 'p1 breaks off a quarter of its streams for 20 min',
    lookAt: 'broken streams',
    faults: [failing(['p1'], [900, 2_100], { share: 0.25, mode: 'cut' })],
    bound: { success: 0.992, regretMilliUsd: 0.108 },
  },
  {
    number: 6,
    name: 'storm-429',
    about: 'p0 and p1 admit 15 % of what they usually do for 15 min',
    lookAt: '429s sent into, p99 of the time to the first token',
    faults: [{ providers: ['p0', 'p1'], ...window(900, 1_800), capacityFactor: 0.15 }],
    bound: { success: 0.998, regretMilliUsd: 0.048 },
  },
  {
    number: 7,
    name: 'capacity-crunch',
    about: 'all providers admit 40 % for 15 min',
    lookAt: 'success, shares',
    faults: [{ providers: everybody, ...window(900, 1_800), capacityFactor: 0.4 }],
    bound: { success: 0.997, regretMilliUsd: 0.024 },
  },
  {
    number: 8,
    name: 'flapping',
    about: 'the cheapest fails for 20 s, works for 20 s, for half an hour',
    lookAt: 'attempts, regret',
    faults: [
      {
        ...failing(['p0'], [600, 2_400], { share: 1, mode: 'error' }),
        cycle: { onMs: 20_000, offMs: 20_000 },
      },
    ],
    bound: { success: 0.998, regretMilliUsd: 0.072 },
  },
  {
    number: 9,
    name: 'correlated',
    about: 'the three cheapest fail nine requests in ten for 10 min',
    lookAt: 'attempts per request, success',
    faults: [failing(['p0', 'p1', 'p2'], [900, 1_500], { share: 0.9, mode: 'error' })],
    bound: { success: 0.996, regretMilliUsd: 0.06, attempts: 1.06 },
  },
  {
    number: 10,
    name: 'price-change',
    about: 'the cheapest takes five times its price from minute 20 on',
    lookAt: 'time to move its share away',
    faults: [{ providers: ['p0'], ...window(1_200, forever), priceFactor: 5 }],
    bound: { success: 0.998, regretMilliUsd: 0.012 },
  },
  {
    number: 11,
    name: 'latency-shift',
    about: 'p1 is slow from the start, first tokens eight times, all others six, and good from minute 20 on',
    lookAt: 'time until it is found again',
    faults: [{ providers: ['p1'], ...window(0, 1_200), ttftFactor: 8, perTokenFactor: 6 }],
    bound: { success: 0.998, regretMilliUsd: 0.084 },
  },
  {
    number: 12,
    name: 'herd-recovery',
    about: 'the cheapest is down for 10 min and comes back with a fifth of its capacity for 2 min',
    lookAt: 'most in flight, second outage',
    faults: [
      failing(['p0'], [900, 1_500], { share: 1, mode: 'error' }),
      { providers: ['p0'], ...window(1_500, 1_620), capacityFactor: 0.2, ttftFactor: 2 },
    ],
    bound: { success: 0.998, regretMilliUsd: 0.036 },
  },
]

function window(fromSeconds: number, untilSeconds: number): { fromMs: number; untilMs: number } {
  return { fromMs: fromSeconds * 1_000, untilMs: untilSeconds * 1_000 }
}

function failing(
  providers: readonly string[],
  [fromSeconds, untilSeconds]: readonly [number, number],
  failing: { readonly share: number; readonly mode: 'error' | 'hang' | 'cut' },
) {
  return { providers, ...window(fromSeconds, untilSeconds), failing }
}
