import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ServerSentEvent } from '../../src/adapter.ts'
import { createServerSentEventDecoder } from '../../src/sse/decoder.ts'
import { decodedAtOnce } from './reference-decoder.ts'

const encoder = new TextEncoder()

describe('events', () => {
  test.each<[string, string, readonly ServerSentEvent[]]>([
    ['a data line and a blank line', 'data: a\n\n', [{ event: '', data: 'a' }]],
    ['data without a space', 'data:a\n\n', [{ event: '', data: 'a' }]],
    ['only one space is removed', 'data:  a \n\n', [{ event: '', data: ' a ' }]],
    ['several data lines are one event', 'data: a\ndata: b\n\n', [{ event: '', data: 'a\nb' }]],
    ['a data field without a colon is an empty line', 'data\ndata: b\n\n', [{ event: '', data: '\nb' }]],
    ['an empty data field is an event', 'data:\n\n', [{ event: '', data: '' }]],
    ['the type of an event', 'event: error\ndata: x\n\n', [{ event: 'error', data: 'x' }]],
    [
      'the last type counts, and only for its event',
      'event: a\nevent: b\ndata: 1\n\ndata: 2\n\n',
      [
        { event: 'b', data: '1' },
        { event: '', data: '2' },
      ],
    ],
    ['an event without data is none', 'event: ping\n\ndata: 1\n\n', [{ event: '', data: '1' }]],
    ['comments', ': keep-alive\n\n:\ndata: 1\n: more\ndata: 2\n\n', [{ event: '', data: '1\n2' }]],
    [
      'other fields',
      'id: 7\nretry: 1\nbanana: 2\ndatas: 3\n data: 4\ndata: 5\n\n',
      [{ event: '', data: '5' }],
    ],
    [
      'CR',
      'data: 1\rdata: 2\r\rdata: 3\r\r',
      [
        { event: '', data: '1\n2' },
        { event: '', data: '3' },
      ],
    ],
    [
      'CRLF',
      'data: 1\r\n\r\ndata: 2\r\n\r\n',
      [
        { event: '', data: '1' },
        { event: '', data: '2' },
      ],
    ],
    [
      'mixed line ends',
      'data: 1\r\n\ndata: 2\n\r\ndata: 3\r\n\r',
      [
        { event: '', data: '1' },
        { event: '', data: '2' },
        { event: '', data: '3' },
      ],
    ],
    ['a byte order mark at the start', '\uFEFFdata: 1\n\n', [{ event: '', data: '1' }]],
    [
      'a byte order mark elsewhere is text',
      'data: \uFEFF1\n\n\uFEFFdata: 2\n\n',
      [{ event: '', data: '\uFEFF1' }],
    ],
    ['NUL and characters of every length', 'data: \0é世👋🏽\n\n', [{ event: '', data: '\0é世👋🏽' }]],
    ['nothing', '', []],
  ])('are read as the standard says: %s', (_name, text, expected) => {
    expect(eventsOf([encoder.encode(text)])).toEqual(expected)
  })

  test('bytes that are no UTF-8 become U+FFFD', () => {
    const bytes = Uint8Array.of(...encoder.encode('data: a'), 0xff, 0xe4, 0xb8, ...encoder.encode('\n\n'))

    expect(eventsOf([bytes])).toEqual([{ event: '', data: 'a\uFFFD\uFFFD' }])
  })

  test('views into larger memory are read within their bounds', () => {
    const memory = encoder.encode('data: x\n\ndata: a\n\ndata: y\n\n')

    expect(eventsOf([memory.subarray(9, 18)])).toEqual([{ event: '', data: 'a' }])
    expect(eventsOf([Buffer.from(memory).subarray(9, 18)])).toEqual([{ event: '', data: 'a' }])
  })

  test('the memory of a chunk may be reused', () => {
    const decoder = createServerSentEventDecoder()
    const events: ServerSentEvent[] = []
    const memory = encoder.encode('data: cut')
    decoder.push(memory, (event) => events.push(event))
    memory.fill(0x78)

    decoder.push(encoder.encode(' here\n\n'), (event) => events.push(event))

    expect(events).toEqual([{ event: '', data: 'cut here' }])
  })

  test('a long line that comes in small pieces is put together', () => {
    const data = Array.from({ length: 40_000 }, (_, index) => index).join('')
    const bytes = encoder.encode(`data: ${data}\n\ndata: next\n\n`)
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) =>
      bytes.subarray(7 * index, 7 * index + 7),
    )

    expect(eventsOf(pieces)).toEqual([
      { event: '', data },
      { event: '', data: 'next' },
    ])
  })

  test('an event is told as soon as the CR of its blank line came', () => {
    expect(pushed('data: 1\r\n\r')).toEqual([{ event: '', data: '1' }])
  })

  test('1,000 events in one chunk come in order', () => {
    const text = Array.from({ length: 1_000 }, (_, index) => `data: ${index}\n\n`).join('')

    expect(pushed(text).map((event) => event.data)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => `${index}`),
    )
  })
})

describe('the end of the body', () => {
  test.each<[string, string, readonly ServerSentEvent[]]>([
    [
      'tells an event that no blank line closed, as unclosed',
      'data: 1\n\ndata: a\n',
      [
        { event: '', data: '1' },
        { event: '', data: 'a', unclosed: true },
      ],
    ],
    [
      'tells a last line without a line end that closes an object',
      'event: x\ndata: {"a":1}',
      [{ event: 'x', data: '{"a":1}', unclosed: true }],
    ],
    ['tells an end mark without a line end', 'data: [DONE]', [{ event: '', data: '[DONE]', unclosed: true }]],
    ['drops a last line that was cut', 'data: {"a":{"b":1', []],
    [
      'keeps the lines before one that was cut',
      'data: 1\ndata: {"a"',
      [{ event: '', data: '1', unclosed: true }],
    ],
    ['tells nothing twice', 'data: 1\n\n', [{ event: '', data: '1' }]],
  ])('%s', (_name, text, expected) => {
    expect(eventsOf([encoder.encode(text)])).toEqual(expected)
  })
})

describe('whenever the bytes are cut', () => {
  const piece = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('data: ', 'data:', 'data', 'event: ', 'event', 'id: 1', 'retry: 5', ': '),
    },
    { weight: 6, arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\n\r\n', '\r\r') },
    {
      weight: 4,
      arbitrary: fc.constantFrom('{"a":1}', '[DONE]', 'é', '世', '👋🏽', ' ', ':', '\uFEFF', '\0', 'dat', 'a'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join('')))
  const stream = fc.oneof(
    { weight: 4, arbitrary: text },
    { weight: 1, arbitrary: fc.tuple(text, fc.uint8Array(), text).map((parts) => Buffer.concat(parts)) },
  )

  test('the events are those of the whole text', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 40 }), (bytes, cuts) => {
        expect(eventsOf(cutAt(bytes, cuts))).toEqual(decodedAtOnce(bytes, 1_048_576).events)
      }),
      { numRuns: 3_000 },
    )
  })

  test('byte by byte, the events are those of the whole text', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        expect(eventsOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(
          decodedAtOnce(bytes, 1_048_576).events,
        )
      }),
      { numRuns: 1_000 },
    )
  })

  test('the bound is met or broken at the same event', () => {
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat(400), { maxLength: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (bytes, cuts, bound) => {
          expect(decoded(cutAt(bytes, cuts), bound)).toEqual(decodedAtOnce(bytes, bound))
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('the bound', () => {
  const overflow = { type: 'malformed', detail: 'an event of more than 16 bytes' }

  test('an event of exactly the bound is told, one byte more is an overflow', () => {
    expect(decoded([encoder.encode('data: 6789012345\n\ndata: ok\n\n')], 16)).toEqual({
      events: [
        { event: '', data: '6789012345' },
        { event: '', data: 'ok' },
      ],
      overflow: undefined,
    })
    expect(decoded([encoder.encode('data: ok\n\ndata: 67890123456\n\ndata: ok\n\n')], 16)).toEqual({
      events: [{ event: '', data: 'ok' }],
      overflow,
    })
  })

  test('the lines of an event count together, comments do not', () => {
    expect(decoded([encoder.encode('event:34\ndata:6789\n\n')], 16).overflow).toEqual(overflow)
    expect(
      decoded([encoder.encode('event:34\n: ping\n: ping\n: ping\ndata:678\n\n')], 16).overflow,
    ).toBeUndefined()
  })

  test('a byte order mark counts with its line', () => {
    expect(decoded([encoder.encode('\uFEFFdata: 9\ndata:6\n\n')], 16).overflow).toBeUndefined()
    expect(decoded([encoder.encode('\uFEFFdata: 9\ndata:67\n\n')], 16).overflow).toEqual(overflow)
  })

  test('an overflow is final', () => {
    const decoder = createServerSentEventDecoder({ maxEventBytes: 16 })
    const events: ServerSentEvent[] = []
    const listen = (event: ServerSentEvent): unknown => events.push(event)
    decoder.push(encoder.encode('data: 1\ndata: 12345678901'), listen)

    expect(decoder.push(encoder.encode('\n\ndata: 2\n\n'), listen)).toEqual(overflow)
    expect(decoder.push(new Uint8Array(), listen)).toEqual(overflow)
    decoder.end(listen)
    expect(events).toEqual([])
  })

  test('a line without end never grows beyond the bound, however it comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }), (bound, size) => {
        const decoder = createServerSentEventDecoder({ maxEventBytes: bound })
        const chunk = new Uint8Array(size).fill(0x78)
        for (let told = size; told <= bound; told += size)
          expect(decoder.push(chunk, () => {})).toBeUndefined()

        expect(decoder.push(chunk, () => {})).toEqual({
          type: 'malformed',
          detail: `an event of more than ${bound} bytes`,
        })
      }),
      { numRuns: 200 },
    )
  })

  test('is 1 MiB unless told otherwise', () => {
    const line = (size: number): Uint8Array => encoder.encode(`data: ${'x'.repeat(size - 6)}\n\n`)

    expect(decoded([line(1_048_576)]).events).toHaveLength(1)
    expect(decoded([line(1_048_577)])).toEqual({
      events: [],
      overflow: { type: 'malformed', detail: 'an event of more than 1048576 bytes' },
    })
  })

  test.each([0, -1, 1.5, Number.NaN, 268_435_457])('maxEventBytes %s is refused', (maxEventBytes) => {
    expect(() => createServerSentEventDecoder({ maxEventBytes })).toThrow(
      new RangeError(`maxEventBytes must be an integer of 1..268435456, got ${maxEventBytes}`),
    )
  })
})

function eventsOf(chunks: readonly Uint8Array[]): readonly ServerSentEvent[] {
  return decoded(chunks).events
}

function pushed(text: string): readonly ServerSentEvent[] {
  const events: ServerSentEvent[] = []
  createServerSentEventDecoder().push(encoder.encode(text), (event) => events.push(event))
  return events
}

function decoded(
  chunks: readonly Uint8Array[],
  maxEventBytes = 1_048_576,
): { events: ServerSentEvent[]; overflow: unknown } {
  const decoder = createServerSentEventDecoder({ maxEventBytes })
  const events: ServerSentEvent[] = []
  let overflow: unknown
  for (const chunk of chunks) overflow = decoder.push(chunk, (event) => events.push(event))
  decoder.end((event) => events.push(event))
  return { events, overflow }
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place))
}
