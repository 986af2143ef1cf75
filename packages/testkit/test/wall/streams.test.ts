import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAiChatFormat } from '../../src/wall/formats/openai-chat.ts'
import { referenceText, referenceTokens } from '../../src/wall/index.ts'
import { casesOf, played, Playing, playing, requestModel, statusAndBodyFaults } from './playing.ts'
import { dataIn, read } from './reading.ts'
import { headerOf } from './response.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const twentyWords = referenceTokens.slice(0, 20).join('')

/** The good stream to the request of these tests. */
const good = openAiChatFormat.stream({
  id: 'wall-1',
  model: requestModel,
  promptTokens: 7,
  tokens: referenceTokens,
})

async function textOf(number: number, variantName: string): Promise<string> {
  return (await played(number, variantName)).response.body.toString()
}

describe('a stream that is cut', () => {
  it.each([103, 105])('ends its connection and frames its body as the variants of %i say', async (number) => {
    const fault = statusAndBodyFaults.find((one) => one.number === number)
    for (const one of fault === undefined ? [] : casesOf(fault)) {
      const { response, socket, entry } = await new Playing(one).toItsEnd()
      expect(one.variantName.includes(`-${socket.connection}-`), one.name).toBe(true)
      expect(one.variantName.endsWith('-chunked'), one.name).toBe(response.framing === 'chunks')
      expect(entry.outcome, one.name).toBe('cut')
    }
  })

  it.each([
    ['before-event-fin-chunked', ''],
    ['before-content-fin-chunked', good.opening.join('')],
    ['in-first-event-reset-unframed', (good.opening.join('') + good.content[0]).slice(0, -30)],
  ])('has no content before its end: %s', async (variantName, body) => {
    const { response } = await played(103, variantName)
    expect(response.body.toString()).toBe(body)
    expect(read(response).text).toBe('')
  })

  it('ends within a word, within a character, or before the end of a line', async () => {
    expect(await textOf(105, 'mid-token-fin-chunked')).toMatch(/"content":" wo$/)
    const { response } = await played(105, 'mid-utf8-fin-chunked')
    expect([...response.body.subarray(-2)]).toEqual([0xe2, 0x82])
    const line = (await textOf(105, 'mid-line-fin-chunked')).split('\n').at(-1) ?? ''
    expect(JSON.parse(line.slice('data: '.length))).toHaveProperty('choices.0.delta.content', ' word21')
  })

  it('ends without a word on why, by its framing', async () => {
    const { response, socket } = await played(112, 'unframed')
    expect([response.framing, socket.connection]).toEqual(['connection', 'fin'])
    expect((await played(112, 'chunked')).response.whole).toBe(true)
    expect(read(response)).toMatchObject({ text: twentyWords, finishReason: undefined })
    expect(await textOf(112, 'after-all-content')).toBe([...good.opening, ...good.content].join(''))
  })
})

describe('a stream that stalls', () => {
  it.each([
    [106, 'silent', ''],
    [106, 'after-role', ''],
    [106, 'comments', ': keep-alive\n\n'],
    [106, 'pings', 'event: ping\ndata: {"type": "ping"}\n\n'],
    [107, 'silent', ''],
    [107, 'comments', ': keep-alive\n\n'],
    [107, 'pings', 'event: ping\ndata: {"type": "ping"}\n\n'],
  ])('shows its signs of life and nothing else: %i, %s', async (number, variantName, sign) => {
    const stalling = playing(number, variantName)
    const before = variantName === 'silent' && number === 106 ? '' : good.opening.join('')
    const words = number === 107 ? good.content.slice(0, 20).join('') : ''
    expect(stalling.response.body.toString()).toBe(before + words)
    await vi.advanceTimersByTimeAsync(250)
    expect(stalling.response.body.toString()).toBe(before + words + sign.repeat(sign === '' ? 0 : 10))
    expect(stalling.entry.outcome).toBe('open')
  })

  it.each([106, 107])('repeats a delta without content: %i', async (number) => {
    const stalling = playing(number, 'empty-deltas')
    const { text } = read(stalling.response)
    await vi.advanceTimersByTimeAsync(250)
    expect(read(stalling.response).text).toBe(text)
    expect(stalling.response.chunks).toHaveLength(11)
  })

  it('brings one byte at a time', async () => {
    const slow = playing(108, 'after-content')
    await vi.advanceTimersByTimeAsync(1_000)
    const [, ...bytes] = slow.response.chunks
    expect(bytes.map(({ length }) => length)).toEqual(Array.from({ length: 40 }, () => 1))
    expect(Buffer.concat(bytes).toString()).toBe(
      good.content.join('').slice(0, 0) + (good.content[20] ?? '').slice(0, 40),
    )
  })

  it('brings fifty thousand tokens, which are billed', async () => {
    const { response, entry } = await played(109, 'endless')
    expect(read(response).text === ' more'.repeat(50_000)).toBe(true)
    expect(entry.tokensBilled).toBe(50_000)
  })

  it.each(['first', 'after-content'])('has a line of fifty million bytes: %s', async (variantName) => {
    const { response } = await played(120, variantName)
    const lineStart = response.body.lastIndexOf('\n') + 1
    expect(response.body.length - lineStart).toBeGreaterThan(50_000_000)
  })
})

describe('the end of a stream', () => {
  const finish = good.finish.join('')
  const usage = good.usage.join('')
  const end = good.end.join('')

  it.each([
    [110, 'chunked', finish + usage],
    [110, 'unframed', finish + usage],
    [111, 'with-usage', usage + end],
    [111, 'without-usage', end],
    [113, 'end-mark-twice', finish + usage + end + end],
    [113, 'content', finish + usage + end + good.content.join('')],
    [114, 'after-all-content', 'data: {"error":{"code":502,"message":"Provider disconnected"}}\n\n' + end],
    [116, 'missing', finish + end],
    [116, 'before-finish', usage + finish + end],
  ])('is as its variant says: %i, %s', async (number, variantName, ending) => {
    expect(await textOf(number, variantName)).toBe([...good.opening, ...good.content].join('') + ending)
  })

  it.each([
    ['text', '{"error":"upstream failed"}'],
    ['object', '{"error":{"code":502,"message":"Provider disconnected"}}'],
    ['text-and-end-mark', '[DONE]'],
    ['object-and-end-mark', '[DONE]'],
  ])('is an error after twenty tokens, with or without an end mark: %s', async (variantName, last) => {
    const { response } = await played(114, variantName)
    expect(dataIn(response.body.toString()).at(-1)).toBe(last)
    expect(read(response)).toMatchObject({ text: twentyWords, errors: [expect.anything()] })
  })

  it('is there although the first event was an error', async () => {
    expect(await textOf(104, 'anthropic')).toMatch(/^event: error\ndata: .*"overloaded_error"/)
    expect(await textOf(104, 'vllm-context')).toMatch(/"code":400\}\}\n\ndata: \[DONE\]\n\n$/)
  })

  it('is of its own kind', async () => {
    expect(read((await played(115, 'error')).response).finishReason).toBe('error')
    expect(read((await played(115, 'error-in-whole', 'json')).response).finishReason).toBe('error')
    expect(read((await played(115, 'unknown')).response).finishReason).toBe('tired')
    expect(read((await played(115, 'another-format')).response).finishReason).toBe('eos_token')
  })

  it.each(['several', 'cumulative', 'with-finish'])('tells the whole usage last: %s', async (variantName) => {
    const { usage: last } = read((await played(116, variantName)).response)
    expect(last).toEqual({ prompt_tokens: 7, completion_tokens: 60, total_tokens: 67 })
  })
})

describe('tool calls in a stream', () => {
  it('come in pieces, and a cut leaves the last one open', async () => {
    const { response, socket } = await played(117, 'cut')
    expect(read(response)).toMatchObject({
      finishReason: undefined,
      toolCallDeltas: [expect.anything(), { index: 0 }],
    })
    expect([response.whole, socket.connection]).toEqual([false, 'fin'])
  })

  it.each([
    ['gap-in-indices', [0, 0, 3, 3]],
    ['interleaved', [0, 1, 0, 1, 0, 1]],
  ])('have the indices of the variant: %s', async (variantName, indices) => {
    const { toolCallDeltas } = read((await played(117, variantName)).response)
    expect(toolCallDeltas.map((delta) => (delta as { index: number }).index)).toEqual(indices)
  })

  it.each([
    ['id-repeated', ['call_a', 'call_a', 'call_a']],
    ['id-missing', [undefined, undefined]],
    ['name-in-second-piece', ['call_a', undefined, undefined]],
  ])('have the ids of the variant: %s', async (variantName, ids) => {
    const { toolCallDeltas } = read((await played(117, variantName)).response)
    expect(toolCallDeltas.map((delta) => (delta as { id?: string }).id)).toEqual(ids)
  })
})

describe('a stream in another form', () => {
  it('has the line ends of its variant', async () => {
    expect(await textOf(118, 'cr')).not.toContain('\n')
    expect((await textOf(118, 'crlf')).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(await textOf(118, 'mixed')).toMatch(/[^\r]\n\r[^\n]/)
    const { chunks } = (await played(118, 'split-crlf')).response
    expect(chunks.slice(0, -1).every((chunk) => chunk.at(-1) === 0x0d)).toBe(true)
    expect(chunks.slice(1).every((chunk) => chunk.at(0) === 0x0a)).toBe(true)
  })

  it.each([
    ['byte-order-mark', /^\uFEFFdata: /],
    ['no-space', /^data:\{/],
    ['multi-line-data', /^data: \{.*\ndata: ,"choices"/],
    ['id-and-retry', /^id: 0\nretry: 3000\ndata: .*\n\nid: 1\n/],
    ['pings', /^event: ping\ndata: \{"type": "ping"\}\n\n/],
    ['comments', /^: OPENROUTER PROCESSING\n\ndata: /],
    ['unknown-events', /^event: progress\ndata: step 0\n\nunknown: field\ndata: /],
  ])('begins as its variant says: %s', async (variantName, beginning) => {
    expect(await textOf(118, variantName)).toMatch(beginning)
  })

  it('is cut between all of its bytes, or within every wide character', async () => {
    const { chunks } = (await played(119, 'byte-by-byte')).response
    expect(new Set(chunks.map(({ length }) => length))).toEqual(new Set([1]))
    const halves = (await played(119, 'split-characters')).response.chunks
    const wide = Array.from(Buffer.concat(halves).toString()).filter((character) => character > '\x7f')
    const cuts = wide.reduce((sum, character) => sum + Buffer.byteLength(character) - 1, 0)
    expect(new Set(wide.map((character) => Buffer.byteLength(character)))).toEqual(new Set([2, 3, 4]))
    expect(halves).toHaveLength(cuts + 1)
  })

  it('brings the halves of a pair in two events', async () => {
    const text = await textOf(119, 'split-pair')
    expect(text).toMatch(/"content":" \\ud83d".*\n\ndata: .*"content":"\\ude42"/)
    expect(read((await played(119, 'split-pair')).response).text).toBe('Smile 🙂')
  })

  it('brings a thousand tokens in one chunk', async () => {
    const { chunks } = (await played(119, 'thousand-in-one-chunk')).response
    expect(chunks).toHaveLength(1)
    expect(dataIn(String(chunks[0])).length).toBeGreaterThan(1_000)
  })

  it('is JSON where events were asked for, and events where JSON was', async () => {
    const [json, stream] = await Promise.all([
      played(121, 'converted', 'stream'),
      played(121, 'converted', 'json'),
    ])
    expect(headerOf(json.response, 'content-type')).toBe('application/json')
    expect(headerOf(stream.response, 'content-type')).toBe('text/event-stream')
    expect(JSON.parse(json.response.body.toString())).toHaveProperty(
      'choices.0.message.content',
      referenceText,
    )
  })

  it('has a line of JSON for each chunk', async () => {
    const lines = (await textOf(122, 'ndjson')).trimEnd().split('\n')
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object)[0])).toEqual(lines.map(() => 'id'))
  })

  it('has binary frames with checksums, of which one may be wrong', async () => {
    const sound = framesIn((await played(122, 'binary-frames')).response.body)
    const spoilt = framesIn((await played(122, 'binary-frames-bad-checksum')).response.body)
    expect(sound).toHaveLength(63)
    expect(sound.filter(({ isSound }) => !isSound)).toEqual([])
    expect(spoilt.map(({ isSound }) => isSound).indexOf(false)).toBe(20)
    expect(sound[1]?.payload).toContain('"content":"word01"')
    const [exception] = framesIn((await played(122, 'exception-frame')).response.body)
    expect(exception).toMatchObject({
      isSound: true,
      headers: expect.stringContaining('throttlingException') as string,
    })
  })
})

interface Frame {
  readonly headers: string
  readonly payload: string
  readonly isSound: boolean
}

function framesIn(body: Buffer): readonly Frame[] {
  const frames: Frame[] = []
  for (let start = 0; start < body.length;) {
    const frame = body.subarray(start, start + body.readUInt32BE(start))
    const payloadStart = 12 + frame.readUInt32BE(4)
    frames.push({
      headers: frame.toString('latin1', 12, payloadStart),
      payload: frame.toString('utf8', payloadStart, frame.length - 4),
      isSound:
        crc32(frame.subarray(0, 8)) === frame.readUInt32BE(8) &&
        crc32(frame.subarray(0, -4)) === frame.readUInt32BE(frame.length - 4),
    })
    start += frame.length
  }
  return frames
}
