import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Permits } from '../../src/signals/permits.ts'
import type { Reservation } from '../../src/signals/permits.ts'

const limits = { requestsPerMinute: 12, tokensPerMinute: 1_000, maxConcurrent: 8 }

/** What was admitted, with what it turned out to weigh. */
interface Admitted {
  readonly atMs: number
  readonly reservation: Reservation
  requests: number
  tokens: number
  open: boolean
}

interface World {
  nowMs: number
  readonly admitted: Admitted[]
  /** What was used beyond a reservation, at its settlement. */
  readonly owed: { readonly atMs: number; readonly tokens: number }[]
}

/** Balance of a naive bucket that knew from the start what each reservation would turn out to weigh. */
function naiveBalance(
  perMinute: number,
  charges: readonly { atMs: number; amount: number }[],
  nowMs: number,
): number {
  let balance = perMinute
  let lastMs = 0
  for (const { atMs, amount } of [...charges, { atMs: nowMs, amount: 0 }]) {
    balance = Math.min(perMinute, balance + ((atMs - lastMs) * perMinute) / 60_000) - amount
    lastMs = atMs
  }
  return balance
}

function balances({ admitted, owed }: World, nowMs: number): { requests: number; tokens: number } {
  const requests = admitted.map((one) => ({ atMs: one.atMs, amount: one.requests }))
  const tokens = [
    ...admitted.map((one) => ({ atMs: one.atMs, amount: one.tokens })),
    ...owed.map((one) => ({ atMs: one.atMs, amount: one.tokens })),
  ].sort((one, other) => one.atMs - other.atMs)
  return {
    requests: naiveBalance(limits.requestsPerMinute, requests, nowMs),
    tokens: naiveBalance(limits.tokensPerMinute, tokens, nowMs),
  }
}

/** How much more is there than needed; negative when something lacks. */
function slack(world: World, tokens: number, nowMs: number): number {
  const { requests, tokens: tokensLeft } = balances(world, nowMs)
  return Math.min(requests - 1, tokensLeft - tokens)
}

function expectWithinLimits({ admitted }: World): void {
  for (const { atMs: from } of admitted) {
    for (const { atMs: to } of admitted) {
      const within = admitted.filter(({ atMs }) => atMs >= from && atMs <= to)
      const minutes = 1 + Math.max(0, to - from) / 60_000
      expect(within.reduce((sum, one) => sum + one.requests, 0)).toBeLessThanOrEqual(
        limits.requestsPerMinute * minutes + 1e-6,
      )
      expect(within.reduce((sum, one) => sum + one.tokens, 0)).toBeLessThanOrEqual(
        limits.tokensPerMinute * minutes + 1e-3,
      )
    }
  }
}

type PermitsCommand = fc.Command<World, Permits>

class Reserve implements PermitsCommand {
  readonly tokens: number
  readonly waits: boolean
  constructor(tokens: number, waits: boolean) {
    this.tokens = tokens
    this.waits = waits
  }
  check(): boolean {
    return true
  }
  run(world: World, permits: Permits): void {
    const open = world.admitted.filter((one) => one.open).length
    const freeAtMs = permits.availableAtMs(this.tokens, world.nowMs)
    const never = open >= limits.maxConcurrent || this.tokens > limits.tokensPerMinute
    expect(freeAtMs === Infinity).toBe(never)
    if (never) return expect(permits.tryReserve(this.tokens, world.nowMs)).toBeUndefined()
    if (freeAtMs > world.nowMs) {
      expect(slack(world, this.tokens, freeAtMs - 1)).toBeLessThan(1e-6)
      expect(permits.tryReserve(this.tokens, world.nowMs)).toBeUndefined()
      if (!this.waits) return
      world.nowMs = freeAtMs
    }
    expect(slack(world, this.tokens, world.nowMs)).toBeGreaterThan(-1e-5)
    const reservation = permits.tryReserve(this.tokens, world.nowMs)
    if (reservation === undefined) throw new Error('refused when it was said to be free')
    world.admitted.push({ atMs: world.nowMs, reservation, requests: 1, tokens: this.tokens, open: true })
    expectWithinLimits(world)
  }
  toString(): string {
    return `${this.waits ? 'waitAndReserve' : 'reserve'}(${this.tokens})`
  }
}

class End implements PermitsCommand {
  readonly which: number
  readonly actualTokens: number | 'cancelled'
  constructor(which: number, actualTokens: number | 'cancelled') {
    this.which = which
    this.actualTokens = actualTokens
  }
  check(world: Readonly<World>): boolean {
    return world.admitted.length > 0
  }
  run(world: World, permits: Permits): void {
    const one = world.admitted[this.which % world.admitted.length]
    if (one === undefined) return
    if (this.actualTokens === 'cancelled') permits.cancel(one.reservation, world.nowMs)
    else permits.settle(one.reservation, this.actualTokens, world.nowMs)
    if (!one.open) return
    one.open = false
    if (this.actualTokens === 'cancelled') {
      one.requests = one.tokens = 0
    } else {
      if (this.actualTokens > one.tokens)
        world.owed.push({ atMs: world.nowMs, tokens: this.actualTokens - one.tokens })
      one.tokens = Math.min(one.tokens, this.actualTokens)
    }
  }
  toString(): string {
    return `end(${this.which}, ${this.actualTokens})`
  }
}

class Advance implements PermitsCommand {
  readonly byMs: number
  constructor(byMs: number) {
    this.byMs = byMs
  }
  check(): boolean {
    return true
  }
  run(world: World): void {
    world.nowMs += this.byMs
  }
  toString(): string {
    return `advance(${this.byMs})`
  }
}

const commands = [
  fc
    .tuple(fc.integer({ min: 0, max: 1_100 }), fc.boolean())
    .map(([tokens, waits]) => new Reserve(tokens, waits)),
  fc
    .tuple(fc.nat(50), fc.oneof(fc.nat(1_300), fc.constant('cancelled' as const)))
    .map(([which, actual]) => new End(which, actual)),
  fc.oneof(fc.nat(20), fc.nat(90_000)).map((byMs) => new Advance(byMs)),
]

test('it never admits more than burst and limit times window, and nothing less, whatever the interleaving', () => {
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: 60 }), (list) => {
      fc.modelRun(() => ({ model: { nowMs: 0, admitted: [], owed: [] }, real: new Permits(limits) }), list)
    }),
    { numRuns: 500 },
  )
})

test('without limits everything is admitted at once', () => {
  const permits = new Permits({})
  for (let i = 0; i < 10_000; i++) {
    const reservation = permits.tryReserve(1e9, 0)
    if (reservation === undefined) throw new Error('refused without a limit')
    permits.settle(reservation, 1e12, 0)
  }

  expect(permits.availableAtMs(1e12, 5)).toBe(5)
})

test('each limit holds by itself', () => {
  const requests = new Permits({ requestsPerMinute: 1 })
  const tokens = new Permits({ tokensPerMinute: 100 })
  const concurrent = new Permits({ maxConcurrent: 1 })

  expect(requests.tryReserve(1e9, 0)).toBeDefined()
  expect(requests.availableAtMs(0, 0)).toBe(60_000)
  expect(tokens.tryReserve(100, 0)).toBeDefined()
  expect(tokens.availableAtMs(50, 0)).toBe(30_000)
  expect(concurrent.tryReserve(1e9, 0)).toBeDefined()
  expect(concurrent.tryReserve(0, 0)).toBeUndefined()
})

test('no instant can be named while an attempt in flight must end first, nor for more tokens than a minute admits', () => {
  const permits = new Permits(limits)
  expect(permits.availableAtMs(1_001, 0)).toBe(Infinity)
  expect(permits.tryReserve(1_001, 1e9)).toBeUndefined()
  const reservations = Array.from({ length: 8 }, () => permits.tryReserve(1, 0))
  expect(permits.availableAtMs(1, 0)).toBe(Infinity)
  const [first] = reservations
  if (first !== undefined) permits.settle(first, 1, 0)

  expect(permits.availableAtMs(1, 0)).toBe(0)
})

test('a refusal takes nothing of any limit', () => {
  const permits = new Permits({ requestsPerMinute: 2, tokensPerMinute: 100 })
  expect(permits.tryReserve(90, 0)).toBeDefined()
  expect(permits.tryReserve(50, 0)).toBeUndefined()

  expect(permits.tryReserve(10, 0)).toBeDefined()
})

test('only the first end of a reservation counts', () => {
  const permits = new Permits({ requestsPerMinute: 5, tokensPerMinute: 100, maxConcurrent: 1 })
  const reservation = permits.tryReserve(40, 0)
  if (reservation === undefined) throw new Error('refused')
  permits.settle(reservation, 100, 0)
  permits.cancel(reservation, 0)
  permits.settle(reservation, 0, 0)

  expect(permits.availableAtMs(10, 0)).toBe(6_000)
  expect(permits.tryReserve(0, 0)).toBeDefined()
  expect(permits.tryReserve(0, 0)).toBeUndefined()
})

test('what is cancelled is there again at once, whatever was reserved before', () => {
  const permits = new Permits({ requestsPerMinute: 1, tokensPerMinute: 100 })
  permits.tryReserve(100, 0)
  const reservation = permits.tryReserve(100, 60_000)
  if (reservation === undefined) throw new Error('refused')
  permits.cancel(reservation, 60_000)

  expect(permits.availableAtMs(100, 60_000)).toBe(60_000)
})

test.each([{ requestsPerMinute: 1 }, { tokensPerMinute: 100 }, { maxConcurrent: 1 }])(
  'with the limit %j alone, whatever a reservation comes to, there is room for the next two minutes later',
  (limit) => {
    const permits = new Permits(limit)
    for (const [at, tokens] of (['cancelled', 10, 90] as const).entries()) {
      const reservation = permits.tryReserve(50, at * 120_000)
      if (reservation === undefined) throw new Error('refused')
      if (tokens === 'cancelled') permits.cancel(reservation, at * 120_000)
      else permits.settle(reservation, tokens, at * 120_000)
    }

    expect(permits.tryReserve(50, 360_000)).toBeDefined()
  },
)

test('a reservation of other permits changes nothing', () => {
  const permits = new Permits(limits)
  const foreign = new Permits(limits).tryReserve(1_000, 0)
  if (foreign === undefined) throw new Error('refused')
  permits.tryReserve(1_000, 0)
  permits.cancel(foreign, 0)

  expect(permits.tryReserve(1, 0)).toBeUndefined()
})

test.each([
  [{ requestsPerMinute: 0 }, 'requestsPerMinute must be in 1..'],
  [{ tokensPerMinute: Number.NaN }, 'tokensPerMinute must be in 1..'],
  [{ maxConcurrent: 0 }, 'maxConcurrent must be in 1..Infinity, got 0'],
])('the limit %j is refused by name, bound and value', (options, message) => {
  expect(() => new Permits(options)).toThrow(message)
})
