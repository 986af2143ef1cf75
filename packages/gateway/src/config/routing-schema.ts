import { z } from 'zod'
import type { Config } from './config.ts'
import { hour, milliseconds, usd } from './schema-parts.ts'

const breaker = z
  .strictObject({
    consecutive_failures: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('Failures in a row that open it. Default: 5.'),
    failure_rate_bound: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe('It opens when the failure rate is above this with 95 % confidence. Default: 0.4.'),
    open_ms: milliseconds(100, hour)
      .optional()
      .describe('First open time; each further opening doubles it. Default: 5000.'),
    max_open_ms: milliseconds(100, hour).optional().describe('Longest open time. Default: 60000.'),
    slow_start_ms: milliseconds(0, 600_000)
      .optional()
      .describe('Time after closing in which its traffic grows to the whole. Default: 30000.'),
  })
  .describe('When an endpoint that fails is left alone.')

/** The `routing` section. */
export const routing: z.ZodType<NonNullable<Config['routing']>> = z
  .strictObject({
    timeout_ms: milliseconds(1, 86_400_000).optional().describe('Time for a whole call. Default: 600000.'),
    max_attempts: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe('Attempts of a call, the first included. Default: 3.'),
    max_wait_ms: milliseconds(0, 86_400_000)
      .optional()
      .describe('Longest wait for a busy endpoint. Default: 30000.'),
    objective: z
      .union(
        [z.enum(['cheapest', 'balanced', 'fastest']), z.strictObject({ usd_per_second: usd })],
        'must be cheapest, balanced, fastest or {usd_per_second: number}',
      )
      .optional()
      .describe('What waiting is worth. Default: balanced.'),
    failure_usd: usd
      .optional()
      .describe('What a call without a whole answer costs, in US dollars. Default: 0.01.'),
    sharpness: z
      .number()
      .min(0)
      .max(64)
      .optional()
      .describe('How strongly the first pick prefers a lower index. Default: 20.'),
    exploration_rate: z
      .number()
      .min(0)
      .max(0.1)
      .optional()
      .describe('Probability of being tried first that every good endpoint keeps. Default: 0.003.'),
    when_all_open: z
      .enum(['try', 'fail'])
      .optional()
      .describe('What a call does while the breakers of all its endpoints are open. Default: try.'),
    breaker: breaker.optional(),
  })
  .describe('How calls are routed.')
