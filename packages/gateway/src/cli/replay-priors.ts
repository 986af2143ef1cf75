import type { Endpoint } from '@nextbest/core'
import { outcomePriorDefaults } from 'nextbest/replay'
import type { OutcomePrior } from 'nextbest/replay'
import { z } from 'zod'
import { issueMessage } from '../config/config-problems.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { readText } from './read-config.ts'
import { UsageError } from './usage-error.ts'

const share = z.number().min(0).max(1)
const prior = z
  .strictObject({
    ttft_ms: z.number().min(1).max(600_000).optional(),
    ms_per_token: z.number().min(0.05).max(60_000).optional(),
    early: share.optional(),
    late: share.optional(),
  })
  .refine(({ early = 0, late = 0 }) => early + late <= 1, 'early and late must not add up to more than 1')
const priors = z.record(z.string(), prior)

/**
 * Reads what is believed of endpoints from a JSON file: an object by endpoint id, tag or provider.
 * @throws UsageError when it cannot be used.
 */
export function priorsIn(path: string): (endpoint: Endpoint) => OutcomePrior {
  const parsed = priors.safeParse(jsonIn(path), { error: issueMessage })
  const [issue] = parsed.error?.issues ?? []
  if (issue !== undefined) throw new UsageError(`${path}: ${issue.path.join('.')} ${issue.message}`)
  const known = new Map(Object.entries(parsed.data ?? {}).map(([name, one]) => [name, priorOf(one)]))
  return ({ id, tag, provider }) =>
    known.get(id) ?? known.get(tag) ?? known.get(provider) ?? outcomePriorDefaults
}

function priorOf({ ttft_ms, ms_per_token, early, late }: z.infer<typeof prior>): OutcomePrior {
  const { rates, ...times } = outcomePriorDefaults
  const failures = { early: early ?? rates.early, late: late ?? rates.late }
  return {
    ...times,
    ...withoutUndefined({ ttftMs: ttft_ms, msPerToken: ms_per_token }),
    rates: { ...failures, success: Math.max(0, 1 - failures.early - failures.late) },
  }
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readText(path))
  } catch (error) {
    throw error instanceof SyntaxError ? new UsageError(`${path} is not valid JSON`) : error
  }
}
