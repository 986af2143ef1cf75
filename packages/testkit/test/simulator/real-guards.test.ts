import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openAiChat } from 'nextbest'
import type { UpstreamAccount } from 'nextbest'
import { createWaitingQueue } from '../../../adapters/src/guards/waiting-queue.ts'
import { createUpstream } from '../../../adapters/src/upstream/create-upstream.ts'
import { aborts } from '../../src/simulator/invariants/abort.ts'
import { allRules } from '../../src/simulator/invariants/all.ts'
import { breakerStates } from '../../src/simulator/invariants/breaker-states.ts'
import { deadlines } from '../../src/simulator/invariants/deadline.ts'
import { gatesAndHolds } from '../../src/simulator/invariants/gates-and-holds.ts'
import { leaks } from '../../src/simulator/invariants/leaks.ts'
import { output } from '../../src/simulator/invariants/output.ts'
import { probes } from '../../src/simulator/invariants/probes.ts'
import type { RuleFamily } from '../../src/simulator/invariant.ts'
import { runSimulation } from '../../src/simulator/simulation.ts'
import { drawSwarm } from '../../src/simulator/swarm/swarm.ts'
import type { UpstreamGuards } from '../../src/simulator/virtual-upstream.ts'
import { changedUpstream } from '../planted/wrappers.ts'
import { fakedTime } from './faked-time.ts'
import { maxQueued, queueContract } from './queue-contract.ts'
import { sendOverWire } from './wire-upstream.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** Returns the guards of a real upstream, which never connects. */
function realGuards(
  { config, endpoints, breaker, random, clock }: UpstreamAccount,
  whenWaiting: () => void = () => undefined,
): UpstreamGuards {
  const upstream = createUpstream({
    ...config,
    adapter: openAiChat(),
    endpoints,
    breaker,
    random,
    nowMs: () => clock.nowMs(),
  })
  return {
    breakerOf: (endpoint) => upstream.breakerOf(endpoint),
    close: () => upstream.close(),
    waitFor(endpoint, wait) {
      whenWaiting()
      return upstream.waitFor(endpoint, wait)
    },
  }
}

/** The breaker's library keeps a timer while it is open, so that timers say nothing of calls. */
const withoutTimers = allRules.filter((family) => family !== leaks)

const seeds = [7, 23, 35, 70, 78]
const calls = 400

describe('the router over the breakers and queues of real upstreams', () => {
  test('keeps every promise', async () => {
    let waits = 0
    let openings = 0
    const countOpenings: RuleFamily = {
      rules: [],
      watch: () => ({
        event: (event) => {
          if (event.type === 'breaker-change' && event.state === 'open') openings++
        },
      }),
    }
    for (const seed of seeds) {
      const result = await runSimulation(drawSwarm(seed, calls), {
        families: [...withoutTimers, countOpenings],
        time: fakedTime(),
        guards: (account) => realGuards(account, () => waits++),
      })
      expect(result.violations).toEqual([])
      expect(vi.getTimerCount()).toBe(0)
    }

    expect(waits).toBeGreaterThan(50)
    expect(openings).toBeGreaterThan(10)
  })

  test('keeps every promise over their codec and reconnects too', async () => {
    let attempts = 0
    let arrivals = 0
    for (const seed of seeds) {
      const result = await runSimulation(drawSwarm(seed, calls), {
        // A reconnect is an attempt to the provider, and none to the router.
        families: [breakerStates, probes, gatesAndHolds, deadlines, aborts, output],
        time: fakedTime(),
        guards: realGuards,
        sabotage: {
          upstream: (upstream) =>
            changedUpstream(upstream, {
              send(attempt, listener) {
                attempts++
                return sendOverWire(upstream, attempt, listener)
              },
            }),
        },
      })
      arrivals += result.attempts
      expect(result.violations).toEqual([])
      expect(vi.getTimerCount()).toBe(0)
    }

    expect(attempts).toBeGreaterThan(1_000)
    expect(arrivals).toBeGreaterThan(attempts)
  })
})

describe('a real waiting queue', () => {
  test.for(queueContract)('$name', async ({ run }) => {
    const nowMs = (): number => Date.now()
    const queue = createWaitingQueue({ nowMs, maxQueued })

    await run({
      wait: (request) => queue.wait(request),
      stop: () => queue.stop(),
      nowMs,
      advance: async (ms) => {
        await vi.advanceTimersByTimeAsync(ms)
      },
      pendingTimers: () => vi.getTimerCount(),
    })
  })
})
