import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { allFaults, readFaultScript, referenceText, startWall } from '../../src/wall/index.ts'
import type { Wall } from '../../src/wall/index.ts'
import { isWhole, until, Wire } from './wire.ts'

let wall: Wall
const wires: Wire[] = []

beforeAll(async () => {
  wall = await startWall()
})
afterEach(async () => {
  for (const { socket } of wires.splice(0)) socket.destroy()
  await until(() => wall.openConnections === 0)
})
afterAll(() => wall.close())

async function connected(): Promise<Wire> {
  const wire = await Wire.to(wall.port)
  wires.push(wire)
  return wire
}

const connectionFaults = allFaults.filter(({ number }) => number <= 38)

describe('the faults of connections', () => {
  test('have every number from 1 to 38, in order', () => {
    expect(connectionFaults.map(({ number }) => number)).toEqual(
      Array.from({ length: 38 }, (_, index) => index + 1),
    )
  })

  test.each(connectionFaults)('are found by their names: $number, $name', (fault) => {
    expect(Object.keys(fault.variants)).not.toEqual([])
    for (const [name, variant] of Object.entries(fault.variants)) {
      expect(readFaultScript(`wall/fault-${fault.number}.${name}-then-ok`, allFaults)).toEqual([
        { fault, variant },
        undefined,
      ])
    }
  })

  test.each(connectionFaults)(
    'name what the caller gets where nobody else can serve: $number, $name',
    (fault) => {
      for (const variant of Object.values(fault.variants)) {
        for (const base of Object.values(fault.expected)) {
          const { action, client, health } = { ...base, ...variant.expected }
          // What is sent once more because it was not seen comes through.
          const isServed = action === 'tolerate' || (action === 'retry' && health === 'none')
          expect(client === undefined).toBe(isServed)
        }
      }
    },
  )

  test('that lie below requests are said to by the wall', async () => {
    const wire = await connected()

    const answer = await wire.ask('fault-6', isWhole)

    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    expect(answer).toContain('fault 6 (connection refused) lies below requests: open its origin instead')
  })
})

describe('a connection that is used again', () => {
  test.each([
    ['fault-15', 'reset'],
    ['fault-16', 'fin'],
  ] as const)('%s answers the first request well and ends at the second with a %s', async (model, ending) => {
    const wire = await connected()

    expect(await wire.ask(model, isWhole)).toContain(referenceText)
    expect(await wire.ask(model, () => false)).toBe('')

    expect(wire.connection).toBe(ending)
  })

  test('is reset at the first request already by fault-15.again', async () => {
    const wire = await connected()

    expect(await wire.ask('fault-15.again', () => false)).toBe('')

    expect(wire.connection).toBe('reset')
  })

  test('counts its requests, whatever they ask for', async () => {
    const wire = await connected()

    await wire.ask('ok', isWhole)
    await wire.ask('fault-15', () => false)

    expect(wire.connection).toBe('reset')
  })

  test.each([
    ['fault-17.each-time', 1],
    ['fault-17.every-second-time', 2],
  ])('%s ends it after answer %i', async (model, last) => {
    const wire = await connected()

    for (let request = 1; request <= last; request++) {
      expect(wire.connection).toBe('open')
      expect(await wire.ask(model, isWhole)).toContain(referenceText)
    }
    await until(() => wire.connection === 'fin')

    expect(wire.received).not.toContain('connection: close')
  })
})

/** Asks for a model and returns all that came until the answer is whole or the connection ended. */
async function answerTo(model: string, stream = false): Promise<Wire> {
  const wire = await connected()
  await wire.ask(model, isWhole, stream)
  return wire
}

describe('a response that does not come to its end', () => {
  test('does not even begin: fault-18', async () => {
    const [wire, other] = [await connected(), await connected()]
    const asked = wire.ask('fault-18', () => false)

    for (let round = 0; round < 20; round++) await other.ask('ok', isWhole)
    expect([wire.received, wire.connection]).toEqual(['', 'open'])

    wire.socket.end()
    await asked
    expect(wall.ledger.entries.findLast(({ fault }) => fault === 18)?.outcome).toBe('client-closed')
  })

  test('stops after content: fault-18.after-content', async () => {
    const wire = await connected()

    await wire.ask('fault-18.after-content', (received) => received.includes('word20'), true)

    expect(wire.received).not.toContain('word21')
    expect(wire.connection).toBe('open')
  })

  test.each([
    ['fault-21', 'fin', /^$/],
    ['fault-22.fin', 'fin', /^HTTP\/1\.1 200 OK\r\n[^]*\r\nx-request-$/],
    ['fault-22.reset', 'reset', /^HTTP\/1\.1 200 OK\r\n[^]*\r\nx-request-$/],
  ])('%s ends with a %s', async (model, ending, received) => {
    const wire = await connected()

    await wire.ask(model, () => false)

    expect(wire.connection).toBe(ending)
    expect(wire.received).toMatch(received)
  })

  test('drips: fault-23', async () => {
    const wire = await connected()

    await wire.ask('fault-23', (received) => received.endsWith('\r\nx-request-xxx'))

    expect(wire.received).not.toContain('\r\n\r\n')
    expect(wire.connection).toBe('open')
  })
})

describe('a response with an odd head', () => {
  test.each([false, true])(
    'is larger than sixteen kilobytes: faults 24 and 25 (stream: %s)',
    async (stream) => {
      const [one, many] = [await answerTo('fault-24', stream), await answerTo('fault-25', stream)]

      expect(one.received).toMatch(/\r\nx-long: y{20000}\r\n/)
      expect(many.received.match(/\r\nx-header-\d+: y(?=\r\n)/g)).toHaveLength(5_000)
    },
  )

  test.each([
    ['fault-26.103', 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\nHTTP/1.1 200 '],
    ['fault-26.102', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 '],
    ['fault-27', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 '],
    [
      'fault-28',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\nHTTP/1.1 200 ',
    ],
  ])('%s has another one before it', async (model, beginning) => {
    for (const stream of [false, true]) {
      const { received } = await answerTo(model, stream)
      expect(received.slice(0, beginning.length)).toBe(beginning)
      expect(received).toContain(referenceText.slice(-6))
    }
  })

  test('has two lengths: fault-29', async () => {
    const both = await answerTo('fault-29.length-and-chunks')
    const two = await answerTo('fault-29.two-lengths')

    expect(both.received).toMatch(
      /\r\ncontent-length: \d+\r\ntransfer-encoding: chunked\r\n\r\n[0-9a-f]+\r\n\{/,
    )
    expect(two.received).toMatch(/\r\ncontent-length: \d+\r\ncontent-length: 3\r\n\r\n\{/)
  })

  test.each([
    ['fault-32.999', 'HTTP/1.1 999 '],
    ['fault-32.600', 'HTTP/1.1 600 '],
    ['fault-32.0', 'HTTP/1.1 0 '],
    ['fault-32.000', 'HTTP/1.1 000 '],
  ])('%s has the status', async (model, beginning) => {
    expect((await answerTo(model)).received.slice(0, beginning.length)).toBe(beginning)
  })

  test.each([301, 302, 303, 307, 308])(
    'sends away with a %i, to where another request would show',
    async (status) => {
      const before = wall.ledger.totals.requests
      const wire = await connected()

      const received = await wire.ask(`fault-37.${status}`, (text) => text.endsWith('\r\n\r\n'))

      expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\r\nlocation: /v1/chat/completions\r\n`))
      expect(wall.ledger.totals.requests).toBe(before + 1)
    },
  )
})

describe('a body', () => {
  test.each([
    ['fault-30.response', 'poisoned'],
    ['fault-30.garbage', 'garbage\r\n\r\n'],
  ])('%s is followed by bytes that belong to nothing', async (model, more) => {
    for (const stream of [false, true]) {
      const wire = await connected()
      const received = await wire.ask(model, (text) => text.includes(more), stream)
      expect(received.indexOf('word60')).toBeGreaterThan(0)
      expect(received.indexOf(more)).toBeGreaterThan(received.indexOf('word60'))
      expect(wire.connection).toBe('open')
    }
  })

  test.each([
    [false, 'application/json'],
    [true, 'text/event-stream'],
  ])('has a chunk of a size that is none: fault-31 (stream: %s)', async (stream, type) => {
    const wire = await connected()

    const received = await wire.ask('fault-31', (text) => text.includes('wall\r\n'), stream)

    expect(received).toContain(`content-type: ${type}\r\n`)
    expect(received).toMatch(/\r\n\r\nwall\r\n/)
  })
})
