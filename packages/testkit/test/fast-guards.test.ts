import { breakerDefaults } from '@nextbest/core'
import type { Breaker, Endpoint } from '@nextbest/core'
import { expect, test } from 'vitest'
import type { Upstream, WaitRequest } from 'nextbest'
import { fasterBreaker, withFasterGuards } from '../src/fast-guards.ts'
import { seededRandom } from '../src/seeded-random.ts'
import { createVirtualBreaker } from '../src/virtual-breaker.ts'
import { createVirtualClock } from '../src/virtual-clock.ts'

const factor = 50
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody looks into it
const endpoint = {} as Endpoint

function upstreamWith(guards: Partial<Pick<Upstream, 'breakerOf' | 'waitFor'>>): Upstream {
  const unused = (): never => {
    throw new Error('not asked for')
  }
  const close = (): Promise<void> => Promise.resolve()
  return {
    provider: 'a',
    endpoints: [],
    breakerOf: unused,
    waitFor: unused,
    send: unused,
    close,
    ...guards,
  }
}

test('a breaker is given times that are as many times shorter as the clock is faster', () => {
  expect(fasterBreaker({ openMs: 10_000 }, factor)).toEqual({
    ...breakerDefaults,
    halfLifeMs: 1_200,
    openMs: 200,
    maxOpenMs: 1_200,
    slowStartMs: 600,
  })
  expect(fasterBreaker({}, 1)).toEqual(breakerDefaults)
})

test('a breaker opens and closes at the instants of the router’s clock', () => {
  const slow = createVirtualClock()
  const nowMs = (): number => slow.nowMs() * factor
  const own: Breaker = createVirtualBreaker({
    ...fasterBreaker({ consecutiveFailures: 1, probesToClose: 1 }, factor),
    random: seededRandom(1),
    nowMs: () => slow.nowMs(),
  })
  const breaker = withFasterGuards(upstreamWith({ breakerOf: () => own }), factor).breakerOf(endpoint)
  const failed = breaker.tryAcquire()
  if (failed !== undefined) breaker.report(failed, 'failure')
  const opensUntilMs = breaker.opensUntilMs ?? 0

  expect([breaker.state, breaker.admits, breaker.openings]).toEqual(['open', false, 1])
  expect(opensUntilMs).toBeGreaterThanOrEqual(breakerDefaults.openMs / 2)
  expect(opensUntilMs).toBeLessThanOrEqual(breakerDefaults.openMs)

  slow.advance(opensUntilMs / factor)
  const probe = breaker.tryAcquire()
  if (probe !== undefined) breaker.report(probe, 'success')

  expect([breaker.state, breaker.opensUntilMs]).toEqual(['closed', undefined])
  slow.advance(300)
  expect(breaker.admitShare(nowMs())).toBeCloseTo(0.5)
})

test('a wait ends and is asked at the instants of the router’s clock', async () => {
  const heard: WaitRequest[] = []
  const upstream = withFasterGuards(
    upstreamWith({
      waitFor(_endpoint, wait) {
        heard.push(wait)
        return Promise.resolve('admitted')
      },
    }),
    factor,
  )
  const answers = [5_000, undefined]
  const asked = { deadlineAtMs: 30_000, tryAdmit: () => answers.shift(), abandoned: () => true }

  expect(await upstream.waitFor(endpoint, asked)).toBe('admitted')
  const [wait] = heard
  expect(wait?.deadlineAtMs).toBe(600)
  expect([wait?.tryAdmit(), wait?.tryAdmit(), wait?.abandoned()]).toEqual([100, undefined, true])
})
