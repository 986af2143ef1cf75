import { quotingStatuses } from './marker.ts'
import type { Marker } from './marker.ts'

const throttled = [402, 403, 429]
const failed = [500, 502, 503, 504]

/**
 * Words about the account and its provider, asked before those about the request: money, rate, load, region and key. Spent money comes
 * before throttling, which uses the same words.
 */
export const accountMarkers: readonly Marker[] = [
  {
    where: 'code',
    kind: 'quota-exhausted',
    matches: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'enforced_spend_limit_reached',
      'spend_limit_exceeded',
      'billing_not_active',
      'billing_hard_limit',
      'billing_error',
      'billing_disabled',
      'exceeded_current_quota_error',
      'insufficient_balance',
      'insufficient_credits',
      'openrouter_key_limit',
      'openrouter_credits',
      'arrearage',
      'freetieronly',
    ],
  },
  {
    where: 'text',
    statuses: throttled,
    kind: 'quota-exhausted',
    matches: [
      'spend limit',
      'spending limit',
      'spending cap',
      'spend cap',
      'spending quota',
      'prepay',
      'credit balance',
      'key limit exceeded',
      'insufficient balance',
      'insufficient credit',
      'insufficient fund',
      'account is not active',
      'billing to be enabled',
      'billing is disabled',
      'account has billing disabled',
      'monthly limit',
    ],
  },
  {
    where: 'start',
    statuses: quotingStatuses,
    kind: 'quota-exhausted',
    matches: [
      'your credit balance',
      'you have reached your specified',
      'you have reached your api usage limit',
      'you exceeded your current quota',
      'insufficient balance',
      'insufficient credit',
    ],
  },
  {
    where: 'code',
    kind: 'rate-limited',
    matches: [
      'rate_limit',
      'ratelimit',
      'throttling',
      'throttled',
      'servicequotaexceeded',
      'modelnotready',
      'too_many_requests',
      'toomanyrequests',
      'in_flight_budget',
      'slow_down',
      'capacity_exhausted',
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
    matches: [
      'too many requests',
      'too many tokens, please wait',
      'rate limit',
      'request was throttled',
      'you are being throttled',
    ],
  },
  {
    where: 'text',
    statuses: [503],
    kind: 'rate-limited',
    matches: ['rate limit', 'rate-limit', 'ratelimit', 'too many requests', 'throttling', 'throttled'],
  },
  {
    where: 'code',
    kind: 'overloaded',
    matches: ['overloaded', 'capacity_exceeded', 'temporarily_unavailable'],
  },
  {
    where: 'text',
    statuses: failed,
    kind: 'overloaded',
    matches: ['overloaded', 'at capacity', 'no available capacity'],
  },
  {
    where: 'start',
    statuses: [0],
    kind: 'overloaded',
    matches: [
      'overloaded',
      'is overloaded',
      'model is overloaded',
      'model is currently overloaded',
      'engine is',
    ],
  },
  {
    where: 'code',
    kind: 'region-blocked',
    matches: ['unsupported_country', 'region_restricted', 'unsupported_region', 'country_not_supported'],
  },
  {
    where: 'text',
    statuses: [403],
    kind: 'region-blocked',
    matches: [
      'country, region',
      'your country',
      'your region',
      'unsupported countries',
      'not available in this region',
    ],
  },
  {
    where: 'start',
    statuses: quotingStatuses,
    kind: 'region-blocked',
    matches: [
      'user location is not supported',
      'access to anthropic models is not allowed from unsupported',
      'gemini api free tier is not available',
    ],
  },
  {
    where: 'code',
    kind: 'credential-rejected',
    matches: [
      'invalid_api_key',
      'api_key_invalid',
      'api_key_expired',
      'api_key_service_blocked',
      'unrecognizedclient',
      'invalidsignature',
      'expiredtoken',
      'invalid_authentication',
      'organization_restricted',
      'account_deactivated',
    ],
  },
  {
    where: 'start',
    statuses: quotingStatuses,
    kind: 'credential-rejected',
    matches: [
      'api key not valid',
      'api key expired',
      'api key not found',
      'incorrect api key',
      'invalid api key',
      'this organization has been disabled',
    ],
  },
]
