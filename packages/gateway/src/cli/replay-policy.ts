import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PolicyOrder, RoutingPolicy } from 'nextbest'
import { namedReplayPolicy, replayPolicyNames } from 'nextbest/replay'
import type { ReplayPolicy } from 'nextbest/replay'
import { plainText } from '../log/plain-text.ts'
import { UsageError } from './usage-error.ts'

/** How often a policy of a module is asked for as it is before it has seen anything: once for each way of judging it. */
const neededInstances = 2

/**
 * Returns the policy of a name, or the one that a module exports.
 * @throws UsageError when there is none.
 */
export async function replayPolicyOf(text: string): Promise<ReplayPolicy> {
  const named = namedReplayPolicy(text)
  if (named !== undefined) return named
  if (!/[/\\]|\.[cm]?[jt]s$/.test(text)) {
    throw new UsageError(
      `there is no policy "${plainText(text)}"; known are ${replayPolicyNames.join(', ')}, and modules by their path, e.g. ./mine.mjs`,
    )
  }
  const instances: RoutingPolicy[] = []
  for (let number = 1; number <= neededInstances; number += 1) instances.push(await loaded(text, number))
  const [first] = instances
  return {
    name: first?.name ?? text,
    create() {
      const instance = instances.shift()
      if (instance === undefined) throw new Error('a policy is created once for each way of judging it')
      return instance
    },
  }
}

/** Each number is a module of its own to the loader, so that no instance knows what another has seen. */
async function loaded(path: string, number: number): Promise<RoutingPolicy> {
  const url = `${pathToFileURL(resolve(path)).href}?replay=${number}`
  const module: unknown = await import(url).catch((error: unknown) => {
    throw new UsageError(`the policy ${path} cannot be loaded: ${messageOf(error)}`)
  })
  const policy =
    typeof module === 'object' && module !== null ? Object.values(module).find(isPolicy) : undefined
  if (policy === undefined) {
    throw new UsageError(`the policy ${path} exports no policy: an object with a name and a function order`)
  }
  return guarded(policy, path)
}

function isPolicy(value: unknown): value is RoutingPolicy {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('order' in value)) return false
  return typeof value.name === 'string' && typeof value.order === 'function'
}

/** Says whose fault it is when a policy throws, or returns no order. */
function guarded(policy: RoutingPolicy, path: string): RoutingPolicy {
  const attempt = <Result>(act: () => Result): Result => {
    try {
      return act()
    } catch (error) {
      throw new UsageError(`the policy ${path} failed: ${messageOf(error)}`)
    }
  }
  const { guards } = policy
  return {
    name: plainText(policy.name, 40),
    order: (candidates, question) => attempt(() => checked(policy.order(candidates, question))),
    ...(guards !== undefined && { guards }),
    ...(policy.observe !== undefined && { observe: (event) => attempt(() => policy.observe?.(event)) }),
  }
}

function checked(order: PolicyOrder | undefined): PolicyOrder {
  if (Array.isArray(order?.endpoints)) return order
  throw new TypeError('order must return { endpoints: [...] }')
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return plainText((message.split('\n', 1)[0] ?? '').replace(/ imported from .*/, ''))
}
