import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createVirtualClock } from '../../src/index.ts'
import { allFaults, publicFaults, readFaultScript, referenceText, startWall } from '../../src/wall/index.ts'
import type { FaultMode, Wall, WallOptions } from '../../src/wall/index.ts'
import { Playing } from './playing.ts'
import { dataIn, read } from './reading.ts'
import { headerOf } from './response.ts'

function faultOf(id: string): (typeof publicFaults)[number] {
  const fault = publicFaults.find((one) => one.id === id)
  if (fault === undefined) throw new RangeError(`there is no ${id}`)
  return fault
}

function playing(id: string, mode: FaultMode): Playing {
  const { play } = faultOf(id)
  const fault = { number: 0, name: id, expected: {}, variants: {} }
  return new Playing({ variant: { at: 'request', play }, mode, fault })
}

describe('the faults of the public test', () => {
  it('are sixteen, and what the second provider does in one of them', () => {
    const ids = Array.from({ length: 16 }, (_, index) => `s${String(index + 1).padStart(2, '0')}`)
    expect(publicFaults.map(({ id }) => id)).toEqual(ids.toSpliced(14, 0, 's14-fallback'))
    expect(new Set(publicFaults.map(({ name }) => name)).size).toBe(publicFaults.length)
  })

  it('are found by their names', () => {
    expect(readFaultScript('run-1/s04', allFaults)).toEqual([faultOf('s04')])
    expect(readFaultScript('s17', allFaults)).toBe(
      '"s17" must be "ok", "fault-N" with N of 1..126, or "s01" .. "s16"',
    )
  })

  it('are followed by good answers where they come once', () => {
    expect(readFaultScript('s01', allFaults)).toEqual([faultOf('s01'), undefined])
    expect(readFaultScript('s04-then-s01', allFaults)).toEqual([faultOf('s04'), faultOf('s01'), undefined])
    expect(readFaultScript('s01-then-s04', allFaults)).toEqual([faultOf('s01'), faultOf('s04')])
    expect(publicFaults.flatMap(({ id, once }) => (once === true ? id : []))).toEqual(['s01', 's03', 's05'])
  })
})

describe('a fault of the public test', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    ['s01', 429, 'rate_limit_exceeded'],
    ['s02', 429, 'rate_limit_exceeded'],
    ['s03', 500, null],
    ['s04', 503, 'overloaded'],
    ['s12', 400, 'context_length_exceeded'],
    ['s13', 400, 'content_policy_violation'],
    ['s15', 503, 'overloaded'],
    ['s16', 503, 'overloaded'],
  ] as const)('%s answers %i', (id, status, code) => {
    for (const mode of ['json', 'stream'] as const) {
      const { response, entry } = playing(id, mode)
      expect(response.status).toBe(status)
      expect(read(response).errors).toEqual([expect.objectContaining({ code })])
      expect(headerOf(response, 'retry-after')).toBe(id === 's01' ? '2' : undefined)
      expect(entry).toMatchObject({ outcome: 'whole', tokensBilled: 0 })
    }
  })

  it('s05 resets the connection before it answers anything', async () => {
    const { socket } = await playing('s05', 'json').toItsEnd()
    expect([socket.connection, socket.bytes]).toEqual(['reset', 0])
  })

  it.each([
    ['s06', 'json', 120_000],
    ['s06', 'stream', 120_000],
    ['s09', 'json', 30_000],
    ['s09', 'stream', 30_000],
  ] as const)('%s as %s is silent, and ends the connection after %i ms', async (id, mode, waitMs) => {
    const one = playing(id, mode)
    const { bytes } = one.socket
    await vi.advanceTimersByTimeAsync(waitMs - 1)
    expect([one.socket.connection, one.socket.bytes]).toEqual(['open', bytes])
    await vi.advanceTimersByTimeAsync(2)
    expect([one.socket.connection, one.entry.outcome]).toEqual(['fin', 'cut'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each(['json', 'stream'] as const)('s07 answers well as %s, 20 s late', async (mode) => {
    const one = playing('s07', mode)
    await vi.advanceTimersByTimeAsync(19_999)
    expect(one.socket.pieces.join('')).not.toContain('word')
    await vi.advanceTimersByTimeAsync(2)
    expect(read(one.response).text).toBe(referenceText)
    expect(one.entry).toMatchObject({ outcome: 'whole', tokensBilled: 60 })
  })

  it.each([
    ['s08', 40],
    ['s09', 20],
    ['s14', 40],
  ] as const)('%s delivers %i tokens of a stream, and never says that they are all', async (id, tokens) => {
    const { response } = await playing(id, 'stream').toItsEnd()
    const { text, finishReason } = read(response)
    expect(text).toBe(referenceText.split(' ').slice(0, tokens).join(' '))
    expect([finishReason, response.whole]).toEqual([undefined, false])
  })

  it('s08 sends less of a whole answer than it announces', () => {
    const { response, socket } = playing('s08', 'json')
    expect([response.status, response.whole, socket.connection]).toEqual([200, false, 'fin'])
    expect(response.body.length / Number(headerOf(response, 'content-length'))).toBeCloseTo(40 / 60, 2)
  })

  it('s10 puts an event that is no JSON after ten tokens of a stream, and leaves nothing out', () => {
    const { response, entry } = playing('s10', 'stream')
    const data = dataIn(response.body.toString())
    const broken = data.filter((one) => one !== '[DONE]' && !one.endsWith('}'))
    expect(broken).toEqual([expect.stringMatching(/"content":$/)])
    expect(data.indexOf(broken[0] ?? '')).toBe(11)
    const others = data.filter((one) => one !== broken[0]).map((one) => `data: ${one}\n\n`)
    expect(read({ ...response, body: Buffer.from(others.join('')) })).toMatchObject({
      text: referenceText,
      finishReason: 'stop',
    })
    expect(entry.tokensBilled).toBe(60)
  })

  it('s10 breaks the JSON of a whole answer off', () => {
    const { response } = playing('s10', 'json')
    expect(response.whole).toBe(true)
    expect(() => JSON.parse(response.body.toString()) as unknown).toThrow(SyntaxError)
  })

  it('s11 answers well, but for the end mark of a stream', () => {
    const streamed = playing('s11', 'stream').response
    expect(streamed.body.toString()).not.toContain('[DONE]')
    for (const response of [streamed, playing('s11', 'json').response]) {
      expect(response.whole).toBe(true)
      expect(read(response)).toMatchObject({
        text: referenceText,
        finishReason: 'stop',
        usage: { completion_tokens: 60 },
      })
    }
  })
})

async function wallWith(options: WallOptions = {}): Promise<Wall> {
  const wall = await startWall(options)
  onTestFinished(() => wall.close())
  return wall
}

async function ask(wall: Wall, model: string, ...roles: readonly string[]): Promise<number> {
  const messages = ['user', ...roles].map((role) => ({ role, content: 'word01' }))
  const response = await fetch(`${wall.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: JSON.stringify({ model, messages }),
  })
  await response.body?.cancel()
  return response.status
}

describe('the wall', () => {
  it('meets a fault that comes once, once for each model name', async () => {
    const wall = await wallWith()
    const statuses = [await ask(wall, 'a/s03'), await ask(wall, 'a/s03'), await ask(wall, 'b/s03')]
    expect(statuses).toEqual([500, 200, 500])
    expect(wall.ledger.entries.map(({ fault }) => fault)).toEqual(['s03', 0, 's03'])
  })

  it('lets an outage last for its time on the clock it was given, from the first request on', async () => {
    const clock = createVirtualClock({ startAtMs: 5_000 })
    const wall = await wallWith({ clock })
    const statuses: number[] = []
    for (const stepMs of [0, 59_999, 1]) {
      clock.advance(stepMs)
      statuses.push(await ask(wall, 's15'))
    }
    expect(statuses).toEqual([503, 503, 200])
    expect(wall.ledger.entries.map(({ atMs }) => atMs)).toEqual([5_000, 64_999, 65_000])
    wall.restartScripts()
    expect(await ask(wall, 's15')).toBe(503)
  })

  it('refuses what is to be gone on with, where it is the fallback that does', async () => {
    const wall = await wallWith()
    expect(await ask(wall, 's14-fallback')).toBe(200)
    expect(await ask(wall, 's14-fallback', 'assistant')).toBe(400)
    expect(await ask(wall, 's14-fallback', 'assistant', 'user')).toBe(200)
  })

  it('gives answers of one’s own by their names, whoever the author is', async () => {
    const wall = await wallWith({ plays: { teapot: (exchange) => exchange.respond(418, '{}') } })
    const statuses = [await ask(wall, 'teapot'), await ask(wall, 'a/teapot'), await ask(wall, 'ok')]
    expect(statuses).toEqual([418, 418, 200])
    expect(wall.ledger.entries.map(({ fault }) => fault)).toEqual(['teapot', 'teapot', 0])
  })
})
