import { describe, expect, test } from 'vitest'
import { openCall } from '../../src/scripted-upstream/arrival.ts'
import { Ledger, type OpenCall } from '../../src/scripted-upstream/ledger.ts'

const callOf = (index: number): OpenCall => openCall({ index, atMs: 0, path: '/', headers: {}, body: '{}' })

describe('a ledger', () => {
  test('lists the last 10,000 calls and counts them all', () => {
    const ledger = new Ledger()
    for (let index = 0; index < 10_050; index++) {
      const call = callOf(index)
      ledger.add(call, 2)
      ledger.settle(call, 'completed', 1)
    }

    expect(ledger.calls).toHaveLength(10_000)
    expect(ledger.calls[0]?.index).toBe(50)
    expect(ledger.counters).toMatchObject({ received: 10_050, completed: 10_050 })
  })

  test('lists fewer calls when their bodies are large, and always the last', () => {
    const ledger = new Ledger()
    for (let index = 0; index < 10; index++) ledger.add(callOf(index), 10 * 2 ** 20)
    expect(ledger.calls.map(({ index }) => index)).toEqual([4, 5, 6, 7, 8, 9])

    ledger.add(callOf(10), 100 * 2 ** 20)
    expect(ledger.calls.map(({ index }) => index)).toEqual([10])
  })

  test('is idle once every call has ended, in whatever way', async () => {
    const ledger = new Ledger()
    await ledger.whenIdle()
    const calls = [callOf(0), callOf(1), callOf(2)]
    for (const call of calls) ledger.add(call, 2)
    let idle = 0
    const waiting = [ledger.whenIdle(), ledger.whenIdle()].map((promise) => promise.then(() => idle++))

    for (const [index, outcome] of (['completed', 'client-closed', 'faulted'] as const).entries()) {
      expect(ledger.underWay).toBe(3 - index)
      expect(idle).toBe(0)
      const call = calls[index]
      if (call !== undefined) ledger.settle(call, outcome, 1)
      await Promise.resolve()
    }

    await Promise.all(waiting)
    expect(ledger.counters).toMatchObject({ completed: 1, clientClosed: 1, faulted: 1 })
  })
})
