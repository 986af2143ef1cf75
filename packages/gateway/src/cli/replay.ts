import { createRouter } from 'nextbest'
import type { Endpoint } from '@nextbest/core'
import { replay } from 'nextbest/replay'
import type { ReplayPolicy } from 'nextbest/replay'
import { routerOptionsOf } from '../config/router-options.ts'
import { readConfig } from './read-config.ts'
import { replayBody } from './replay-body.ts'
import { openReplayFile } from './replay-file.ts'
import type { ReplayFile } from './replay-file.ts'
import { replayPolicyOf } from './replay-policy.ts'
import { priorsIn } from './replay-priors.ts'
import { replayTable } from './replay-table.ts'
import { built, UsageError } from './usage-error.ts'

export interface ReplayCommandOptions {
  readonly policy?: readonly string[]
  readonly seed?: number
  readonly endpoints?: string
  readonly priors?: string
  readonly model?: string
  readonly json?: boolean
}

/** Policies that are judged where none is named. */
const usualPolicies: readonly string[] = ['cheapest', 'balanced', 'fastest']

/** Tells what policies would have come to by a trace. Nothing is sent. */
export async function replayTrace(path: string, options: ReplayCommandOptions): Promise<void> {
  const endpoints = options.endpoints === undefined ? [] : await endpointsIn(options.endpoints)
  const file = openReplayFile(path, () => modelFor(path, options, endpoints))
  const policies = await policiesFor(path, file, options.policy ?? usualPolicies)
  const priorOf = options.priors === undefined ? undefined : priorsIn(options.priors)
  const report = await replay({
    source: () => file.read(),
    policies,
    endpoints,
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(priorOf !== undefined && { priorOf }),
  }).catch((error: unknown) => {
    throw error instanceof RangeError ? new UsageError(`${path}: ${error.message}`) : error
  })
  if (report.calls.played === 0) throw new UsageError(`${path} has no call that policies could be judged by`)
  const counts = file.counts()
  process.stdout.write(options.json === true ? replayBody(report, counts) : replayTable(path, report, counts))
}

async function endpointsIn(config: string): Promise<readonly Endpoint[]> {
  const { upstreams } = readConfig(config)
  const router = built(() => createRouter(routerOptionsOf({ upstreams })))
  await router.close()
  return router.catalog.endpoints
}

/** What is compared comes first: the trace's own picks, where it has any. */
async function policiesFor(
  path: string,
  { demandOnly }: ReplayFile,
  names: readonly string[],
): Promise<readonly ReplayPolicy[]> {
  if (demandOnly && names.includes('logged')) {
    throw new UsageError(
      `${path} tells of demand only, so there are no picks that --policy logged could play`,
    )
  }
  const policies: ReplayPolicy[] = []
  for (const name of new Set(demandOnly ? names : ['logged', ...names]))
    policies.push(await replayPolicyOf(name))
  return policies
}

/** A file that tells of demand only does not name the model. */
function modelFor(path: string, { model }: ReplayCommandOptions, endpoints: readonly Endpoint[]): string {
  const models = [...new Set(endpoints.map((endpoint) => endpoint.model))]
  const [only, ...others] = models
  if (only === undefined) {
    throw new UsageError(
      `${path} tells of demand only; say who could have served it with --endpoints <config>`,
    )
  }
  if (model === undefined && others.length > 0) {
    throw new UsageError(`say which model ${path} asks for with --model: ${models.join(', ')}`)
  }
  if (model !== undefined && !models.includes(model)) {
    throw new UsageError(`no endpoint offers "${model}"; known are ${models.join(', ')}`)
  }
  return model ?? only
}
