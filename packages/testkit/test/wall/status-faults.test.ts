import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  casesOf,
  played,
  Playing,
  playing,
  requestKey,
  requestPrompt,
  statusAndBodyFaults,
} from './playing.ts'
import { headerOf } from './response.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const refusing = statusAndBodyFaults.filter(({ number }) => number <= 81)

/** Statuses of the variants of each fault, in ascending order. */
const statuses: Readonly<Record<number, readonly number[]>> = {
  39: [400],
  40: [400, 422],
  41: [400, 500],
  42: [400],
  43: [400],
  44: [400],
  45: [401],
  46: [401],
  47: [402],
  48: [402],
  49: [400, 403],
  50: [403],
  51: [403],
  52: [403],
  53: [403, 404],
  54: [404],
  55: [405, 406, 415],
  56: [408],
  57: [409],
  58: [410],
  59: [413],
  60: [413],
  61: [400, 413],
  62: [421, 425, 426, 428, 431],
  63: [422],
  64: [424],
  65: [400, 429],
  66: [429],
  67: [429],
  68: [429],
  69: [429],
  70: [429],
  71: [451],
  72: [498],
  73: [499],
  74: [500],
  75: [501, 505],
  76: [502, 504],
  77: [503],
  78: [520, 521, 522, 523, 525, 526, 527],
  79: [524],
  80: [529],
  81: [530, 598, 599],
}

describe('a fault of a status', () => {
  it.each(refusing)('answers with its statuses and no other: $number, $name', async (fault) => {
    const seen = new Set<number>()
    for (const one of casesOf(fault)) seen.add((await new Playing(one).toItsEnd()).response.status)
    expect([...seen].sort((one, other) => one - other)).toEqual(statuses[fault.number])
  })

  it.each(refusing)('says in its headers what its body is: $number, $name', async (fault) => {
    for (const one of casesOf(fault)) {
      const { response } = await new Playing(one).toItsEnd()
      const body = response.body.toString()
      const form = body.startsWith('<') ? 'text/html' : isJson(body) ? 'application/json' : 'text/plain'
      if (one.variantName !== 'cut-json') expect(headerOf(response, 'content-type'), one.name).toBe(form)
      expect(response.whole, one.name).toBe(true)
    }
  })

  it.each(refusing)('says nothing in the variants that have no body: $number, $name', async (fault) => {
    const wordless = casesOf(fault).filter(
      ({ variantName }) => variantName === 'no-body' || fault.number === 61,
    )
    const bodies = await Promise.all(
      wordless.map(async (one) => (await new Playing(one).toItsEnd()).response.body),
    )
    expect(bodies.filter(({ length }) => length > 0)).toEqual([])
  })

  it('quotes what came with the request where its variant says so', async () => {
    const texts = await Promise.all(
      [
        played(45, 'quoted-key'),
        played(39, 'quoted-prompt'),
        played(39, 'quoted-beginning'),
        played(63, 'fastapi'),
      ].map(async (one) => (await one).response.body.toString()),
    )
    expect(texts[0]).toContain(requestKey)
    for (const text of texts.slice(1)) expect(text).toContain(requestPrompt)
  })

  it('says how long to wait for a budget in flight, and for an overloaded server', async () => {
    expect(headerOf((await played(48, 'openrouter')).response, 'retry-after')).toBe('5')
    expect(headerOf((await played(77, 'retry-after')).response, 'retry-after')).toBe('9')
    expect(headerOf((await played(68, 'anthropic')).response, 'retry-after')).toBeUndefined()
  })

  it('answers 524 only after a wait', async () => {
    const late = playing(79, 'late')
    expect(late.socket.bytes).toBe(0)
    expect((await late.toItsEnd()).response.status).toBe(524)
  })
})

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}
