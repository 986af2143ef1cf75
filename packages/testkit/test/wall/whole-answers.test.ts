import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { referenceText } from '../../src/wall/index.ts'
import { played, playing } from './playing.ts'
import { read } from './reading.ts'
import { headerOf } from './response.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function bodyOf(
  number: number,
  variantName: string,
  mode: 'json' | 'stream' = 'json',
): Promise<Buffer> {
  return (await played(number, variantName, mode)).response.body
}

describe('a body that is no answer', () => {
  it.each([
    ['page', 'text/html'],
    ['labelled-as-json', 'application/json'],
  ])('is a page: %s', async (variantName, type) => {
    const { response } = await played(90, variantName, 'json')
    expect(response.body.toString()).toMatch(/^<!DOCTYPE html>/)
    expect([response.status, headerOf(response, 'content-type')]).toEqual([200, type])
  })

  it.each(['truncated', 'truncated-unframed', 'truncated-by-fin', 'truncated-by-reset'])(
    'is the first half of one: %s',
    async (variantName) => {
      const body = (await bodyOf(92, variantName)).toString()
      expect(body).toContain(referenceText.slice(0, 100))
      expect(() => JSON.parse(body)).toThrow(SyntaxError)
    },
  )

  it.each([
    ['truncated', 'open', true],
    ['truncated-unframed', 'fin', false],
    ['truncated-by-fin', 'fin', false],
    ['truncated-by-reset', 'reset', false],
  ])('ends its connection in the way of its variant: %s', async (variantName, connection, whole) => {
    const { response, socket } = await played(92, variantName, 'json')
    expect([socket.connection, response.whole]).toEqual([connection, whole])
  })

  it.each([
    ['empty', ''],
    ['null', 'null'],
    ['list', '[]'],
    ['string', '"I am sorry"'],
  ])('is a value of another kind: %s', async (variantName, body) => {
    expect((await bodyOf(92, variantName)).toString()).toBe(body)
  })

  it.each([
    [95, 'empty', []],
    [95, 'missing', undefined],
  ])('has no choices: %i, %s', async (number, variantName, choices) => {
    expect(
      (JSON.parse((await bodyOf(number, variantName)).toString()) as { choices?: unknown }).choices,
    ).toEqual(choices)
    expect(read((await played(number, variantName, 'stream')).response)).toMatchObject({
      text: '',
      finishReason: undefined,
    })
  })

  it.each(['null', 'empty-text'])('has a choice without content: %s', async (variantName) => {
    for (const mode of ['json', 'stream'] as const) {
      const reading = read((await played(96, variantName, mode)).response)
      expect(reading).toMatchObject({ text: '', refusal: '', finishReason: 'stop', toolCallDeltas: [] })
    }
  })

  it('begins with blank lines, one after the other', async () => {
    const endless = playing(93, 'endless', 'json')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(endless.response.chunks.map(String)).toEqual(Array.from({ length: 50 }, () => '\n'))
    expect((await bodyOf(93, 'brief')).toString()).toMatch(/^\n{6}\{/)
  })

  it('is called by a wrong name, or by none', async () => {
    const types = async (mode: 'json' | 'stream'): Promise<readonly unknown[]> =>
      Promise.all(
        ['text-plain', 'octet-stream', 'text-html', 'swapped', 'none'].map(async (variantName) =>
          headerOf((await played(94, variantName, mode)).response, 'content-type'),
        ),
      )
    const odd = ['text/plain; charset=utf-8', 'application/octet-stream', 'text/html']
    expect(await types('json')).toEqual([...odd, 'text/event-stream', undefined])
    expect(await types('stream')).toEqual([...odd, 'application/json', undefined])
  })
})

describe('a packed body', () => {
  it('cannot be unpacked where it is corrupt or truncated', async () => {
    const [corrupt, truncated] = await Promise.all([bodyOf(97, 'corrupt'), bodyOf(97, 'truncated')])
    expect(() => gunzipSync(corrupt)).toThrow()
    expect(() => gunzipSync(truncated)).toThrow('unexpected end of file')
  })

  it.each(['sound', 'unlabelled'])('holds the good answer otherwise: %s', async (variantName) => {
    const { response } = await played(97, variantName, 'json')
    expect(headerOf(response, 'content-encoding')).toBe(variantName === 'sound' ? 'gzip' : undefined)
    expect(gunzipSync(response.body).toString()).toContain(referenceText)
  })

  it('is packed three times over', async () => {
    const { response } = await played(98, 'chain', 'json')
    expect(headerOf(response, 'content-encoding')).toBe('br, gzip, gzip')
    expect(brotliDecompressSync(gunzipSync(gunzipSync(response.body))).toString()).toContain(referenceText)
  })

  it('unpacks to a gibibyte', async () => {
    const bomb = await bodyOf(98, 'bomb')
    expect(bomb.length).toBeLessThan(2 ** 21)
    expect(bomb.length % 64).toBe(0)
    expect(gunzipSync(bomb.subarray(0, bomb.length / 64)).length * 64).toBe(2 ** 30)
  })
})

describe('an odd body', () => {
  it('goes on for more than 40 million bytes', async () => {
    const { response, entry } = await played(99, 'fast', 'json')
    expect(response.body.length).toBeGreaterThan(40_000_000)
    expect(entry.outcome).toBe('cut')
  })

  it('goes on slowly, and never becomes JSON', async () => {
    const slow = playing(99, 'slow', 'json')
    await vi.advanceTimersByTimeAsync(200)
    expect(slow.response.body.toString()).toMatch(/"content":"(word ){10}$/)
  })

  it('has a byte that begins no character, half a pair, and a NUL', async () => {
    expect((await bodyOf(100, 'invalid-utf-8')).includes(0xff)).toBe(true)
    expect((await bodyOf(100, 'lone-surrogate')).toString()).toContain(String.raw` \ud83d"`)
    expect((await bodyOf(100, 'nul', 'stream')).toString()).toContain(String.raw` \u0000"`)
  })

  it.each(['json', 'stream'] as const)('has members that are a trap: %s', async (mode) => {
    expect((await bodyOf(101, 'duplicate-keys', mode)).toString()).toContain('"content":"no","content":"')
    expect((await bodyOf(101, 'prototype', mode)).toString()).toContain('{"__proto__":{"polluted":true},')
    expect((await bodyOf(101, 'depth', mode)).toString()).toContain('['.repeat(100_000))
  })

  it.each([
    ['infinite', '1e400'],
    ['negative', '-5'],
    ['fraction', '60.7'],
    ['text', '"60"'],
    ['null', 'null'],
  ])('counts its tokens oddly: %s', async (variantName, count) => {
    for (const mode of ['json', 'stream'] as const)
      expect((await bodyOf(102, variantName, mode)).toString()).toContain(`"completion_tokens":${count},`)
  })
})
