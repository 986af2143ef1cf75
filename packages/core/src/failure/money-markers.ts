import { quotingStatuses } from './marker.ts'
import type { Marker } from './marker.ts'

/** Words about what the account has paid for and may still spend. */
export const moneyMarkers: readonly Marker[] = [
  // Alibaba names a minute's limit as others name spent money: by the code, in the words, and with a link to its own pages.
  {
    where: 'text',
    statuses: [429],
    kind: 'rate-limited',
    matches: ['model-studio/error-code', 'allocated quota exceeded, please increase'],
  },
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
      'billoverdue',
      'commoditynotpurchased',
      'exceeded_current_quota_error',
      'insufficient_balance',
      'not_enough_balance',
      'insufficient_credits',
      'openrouter_key_limit',
      'openrouter_credits',
      'budget_exceeded',
      'arrearage',
      'freetieronly',
    ],
  },
  {
    where: 'text',
    statuses: [402, 429],
    kind: 'quota-exhausted',
    matches: [
      'spend limit',
      'spending limit',
      'spending cap',
      'prepayment credits',
      'credit balance',
      'insufficient balance',
      'insufficient credit',
      'account is not active',
      'monthly limit',
      'calls / month',
      'daily free allocation',
      'free allocated quota',
      'package has expired',
      '余额不足',
      '欠费',
    ],
  },
  // A 403 that mentions a limit in passing is about the key all the same.
  {
    where: 'text',
    statuses: [403],
    kind: 'quota-exhausted',
    matches: [
      'key limit exceeded',
      'monthly spending limit',
      'available credits',
      'any credits',
      'run out of credits',
      'insufficient balance',
      'balance is insufficient',
      'not enough balance',
      'usage limit for this billing cycle',
      'billing to be enabled',
      'invalid_payment_instrument',
    ],
  },
  // Fireworks suspends accounts with a failed precondition.
  {
    where: 'text',
    statuses: [412],
    kind: 'quota-exhausted',
    matches: ['spending limit', 'past invoices'],
  },
  {
    where: 'start',
    statuses: quotingStatuses,
    kind: 'quota-exhausted',
    matches: [
      'your credit balance',
      'you have reached your specified',
      'you exceeded your current quota',
      'insufficient balance',
      'account * is suspended',
      'model access is denied due to invalid_payment_instrument',
    ],
  },
]
