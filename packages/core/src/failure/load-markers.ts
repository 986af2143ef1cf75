import { quotingStatuses } from './marker.ts'
import type { Marker } from './marker.ts'

const failed = [500, 502, 503, 504]

/** Words about how much the provider takes now: for this key, or at all. */
export const loadMarkers: readonly Marker[] = [
  // More than the key may use in a minute: it would be refused at any time, while smaller requests are served.
  {
    where: 'start',
    statuses: [0, 413, 429],
    kind: 'payload-too-large',
    matches: ['request too large for '],
  },
  {
    where: 'code',
    statuses: [0, ...failed],
    kind: 'overloaded',
    matches: ['overloaded', 'temporarily_unavailable'],
  },
  // Google's servers have none left; with a 429, OpenRouter's have none left for us.
  { where: 'code', statuses: failed, kind: 'overloaded', matches: ['capacity_exhausted'] },
  {
    where: 'code',
    kind: 'rate-limited',
    matches: [
      'rate_limit',
      'ratelimit',
      'throttling',
      'servicequotaexceeded',
      'modelnotready',
      'too_many_requests',
      'toomanyrequests',
      'in_flight_budget',
      'slow_down',
      'capacity_exhausted',
      'capacity_exceeded',
    ],
  },
  // Google says "exceeded your current quota" of a minute's quota too.
  { where: 'code', statuses: [0, 429, 503], kind: 'rate-limited', matches: ['resource_exhausted'] },
  {
    where: 'text',
    statuses: [429],
    kind: 'quota-exhausted',
    matches: ['exceeded your current quota', 'check your plan and billing'],
  },
  {
    where: 'start',
    statuses: quotingStatuses,
    kind: 'rate-limited',
    matches: ['too many requests', 'too many tokens, please wait', 'rate limit'],
  },
  {
    where: 'text',
    statuses: [503],
    kind: 'rate-limited',
    matches: ['rate limit', 'rate-limit', 'too many requests', 'throttled'],
  },
  {
    where: 'text',
    statuses: failed,
    kind: 'overloaded',
    matches: ['overloaded', 'system capacity limits'],
  },
  {
    where: 'start',
    statuses: [0],
    kind: 'overloaded',
    matches: ['overloaded', 'model is overloaded', 'engine is'],
  },
  // NVIDIA refuses so for some minutes while a model of its own is ill.
  {
    where: 'start',
    statuses: [400],
    kind: 'server-error',
    matches: ['function id * degraded function', 'degraded function'],
  },
]
