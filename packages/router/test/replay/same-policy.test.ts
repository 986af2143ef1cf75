import type { ChatRequest } from '@nextbest/core'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../testkit/src/seeded-random.ts'
import { namedReplayPolicy, replay } from '../../src/replay/index.ts'
import type { ReplayRecord } from '../../src/replay/index.ts'
import { readAll } from '../trace/read-all.ts'
import { answer, model, recordedRouter, refusal } from '../trace/recorded-router.ts'

const request: ChatRequest = { model, messages: [{ role: 'user', content: 'What is it?' }], stream: true }

/** What a router writes whose cheapest provider refuses one attempt in thirty for load. */
async function refusedTrace(): Promise<readonly ReplayRecord[]> {
  const random = seededRandom(11)
  const arrive = () => answer(2, { ttftMs: 200 + 200 * random() })
  const recorded = recordedRouter(
    { cheap: { arrive: () => (random() < 1 / 30 ? refusal(429) : arrive()) }, dear: { arrive } },
    { random },
  )
  for (let call = 0; call < 2_000; call += 1) {
    recorded.call(request)
    await recorded.clock.advanceAsync(100)
  }
  await recorded.clock.advanceAsync(10_000)
  return readAll(recorded.text()).records
}

test('the policy that wrote a trace comes to the same when it is played again, though a provider refuses for load', async () => {
  const records = await refusedTrace()
  const balanced = namedReplayPolicy('balanced') ?? expect.unreachable()
  async function* source(): AsyncGenerator<readonly ReplayRecord[]> {
    yield records
  }

  const { observed, modelled } = await replay({ source, policies: [balanced] })

  const { statistics, lossAgainstLogged } = modelled[0] ?? expect.unreachable()
  expect(Math.abs(lossAgainstLogged?.value ?? Infinity)).toBeLessThan(0.03)
  expect(Math.abs(statistics.costUsd.value / (observed?.costUsd.value ?? 0) - 1)).toBeLessThan(0.03)
})
