import { describe, expect, test } from 'vitest'
import type { SignalsBus, SignalsMessage } from '../../src/index.ts'
import { callOf, providerOf, virtualFleet } from '../virtual-fleet.ts'
import type { Answering, VirtualFleet } from '../virtual-fleet.ts'

/** A bus with one instance on it, whose messages are kept, and to which others are said. */
function busOf(): SignalsBus & {
  readonly published: SignalsMessage[]
  readonly say: (message: unknown) => void
  readonly hearers: number
} {
  const hearers = new Set<(message: SignalsMessage) => void>()
  const published: SignalsMessage[] = []
  return {
    published,
    publish: (message) => void published.push(JSON.parse(JSON.stringify(message))),
    subscribe(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    say(message) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a bus carries is not checked by it
      for (const hear of hearers) hear(message as SignalsMessage)
    },
    get hearers() {
      return hearers.size
    },
  }
}

const well: Answering = () => [
  { afterMs: 100, text: 'hello' },
  { afterMs: 200, ends: undefined },
]
const failing =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answering =>
  () => [{ afterMs: 50, fails: { type: 'status', status, headers, body: '' } }]

function instanceOn(bus: SignalsBus, answering: Answering = well): VirtualFleet {
  return virtualFleet({
    upstreams: [providerOf('only', 1)],
    answering: { only: answering },
    sharing: { bus },
    random: () => 0.5,
  })
}

const request = { model: 'author/model', messages: [{ role: 'user' as const, content: 'Hi' }], stream: true }
const endpoint = 'only:author/model'

function viewOf({ router }: VirtualFleet) {
  const [status] = router.status()
  if (status === undefined) throw new Error('it has an endpoint')
  return status
}

describe('an instance that shares what it learns', () => {
  test('tells once a second what its attempts showed, and nothing while there were none', async () => {
    const bus = busOf()
    const fleet = instanceOn(bus)
    await fleet.clock.advanceAsync(10_000)
    expect(bus.published).toEqual([])

    for (let call = 0; call < 3; call++) await callOf(fleet, request)
    await fleet.clock.advanceAsync(1_000)

    const told = bus.published.flatMap(({ endpoints }) => endpoints)
    const successes = told.reduce((sum, { learned }) => sum + (learned?.outcomes.fast.success ?? 0), 0)
    expect(told.map((one) => one.endpoint)).toEqual(told.map(() => endpoint))
    expect(successes).toBeCloseTo(3, 1)
    const { length } = bus.published
    await fleet.clock.advanceAsync(10_000)
    expect(bus.published).toHaveLength(length)
    expect(fleet.clock.pendingTimers).toBe(0)
  })

  test('knows what another has learned as if it had made the attempts', async () => {
    const [one, two] = [busOf(), busOf()]
    const [teller, hearer] = [instanceOn(one), instanceOn(two)]
    for (let call = 0; call < 5; call++) await callOf(teller, request)
    await teller.clock.advanceAsync(1_000)
    await hearer.clock.advanceAsync(teller.clock.nowMs() - hearer.clock.nowMs())

    for (const message of one.published) two.say(message)

    const [told, heard] = [viewOf(teller).signals, viewOf(hearer).signals]
    expect(heard.samples).toBeCloseTo(told.samples, 1)
    expect(heard.ttftP50Ms).toBeCloseTo(told.ttftP50Ms, 1)
    expect(two.published, 'what was heard is not told again').toEqual([])
  })

  test('tells at once that a gate was closed', async () => {
    const [one, two] = [busOf(), busOf()]
    const [teller, hearer] = [instanceOn(one, failing(429, { 'retry-after': '20' })), instanceOn(two)]
    await callOf(teller, request, { timeoutMs: 1_000 })
    expect(one.published.length).toBeGreaterThan(0)

    for (const message of one.published) two.say(message)

    expect(viewOf(hearer).signals.gatedForMs).toBeGreaterThan(15_000)
  })

  test('tells at once that a hold was placed, with its reason', async () => {
    const [one, two] = [busOf(), busOf()]
    const [teller, hearer] = [instanceOn(one, failing(401)), instanceOn(two)]
    await callOf(teller, request)

    for (const message of one.published) two.say(message)

    expect(viewOf(hearer).signals.heldForMs).toBe(300_000)
    expect(viewOf(hearer).signals.holdReason).toContain('credential rejected')
  })

  test('tells at once that its breaker has opened, and opens with another whose breaker has', async () => {
    const [one, two] = [busOf(), busOf()]
    const [teller, hearer] = [instanceOn(one, failing(500)), instanceOn(two)]
    for (let call = 0; call < 5; call++) await callOf(teller, request)
    expect(viewOf(teller).breaker).toBe('open')

    for (const message of one.published) two.say(message)

    expect(viewOf(hearer).breaker).toBe('open')
    expect(hearer.events).toContainEqual({ type: 'breaker-change', endpoint, state: 'open' })
    expect(two.published, 'what was heard is not told again').toEqual([])
  })

  test.each([
    ['nothing', undefined],
    ['another version', { version: 2, endpoints: [] }],
    ['no endpoints', { version: 1 }],
    [
      'a number that cannot be',
      {
        version: 1,
        endpoints: [{ endpoint, learned: { outcomes: { fast: { success: -1, early: 0, late: 0 } } } }],
      },
    ],
    ['half a snapshot', { version: 1, endpoints: [{ endpoint, learned: { outcomes: {} } }] }],
  ])('refuses a message with %s, says so, and knows what it knew', (_, message) => {
    const bus = busOf()
    const fleet = instanceOn(bus)
    const before = viewOf(fleet)

    expect(() => bus.say(message)).not.toThrow()

    expect(fleet.events).toEqual([{ type: 'sharing-refused', reason: expect.any(String) }])
    expect(viewOf(fleet)).toEqual(before)
  })

  test('passes over endpoints that it does not have', () => {
    const bus = busOf()
    const fleet = instanceOn(bus)
    bus.say({ version: 1, endpoints: [{ endpoint: 'other:model', breakerOpenForMs: 1_000 }] })

    expect(fleet.events).toEqual([])
    expect(viewOf(fleet).breaker).toBe('closed')
  })

  test('tells what is left when it is closed, and hears nothing more', async () => {
    const bus = busOf()
    const fleet = instanceOn(bus)
    await callOf(fleet, request)
    expect(bus.published).toEqual([])
    await fleet.router.close()

    expect(bus.published).toHaveLength(1)
    expect(bus.hearers).toBe(0)
    expect(fleet.clock.pendingTimers).toBe(0)
  })

  test.each([0, 99, 60_001, 1.5, Number.NaN])('refuses to tell every %s ms', (everyMs) => {
    const make = () =>
      virtualFleet({ upstreams: [providerOf('only', 1)], answering: {}, sharing: { bus: busOf(), everyMs } })

    expect(make).toThrow(`sharing.everyMs: must be an integer from 100 to 60000, and is ${everyMs}`)
  })
})
