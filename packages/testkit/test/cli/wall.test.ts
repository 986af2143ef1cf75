import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseWallOptions } from '../../src/cli/wall-options.ts'
import { faultList, originGreeting, publicFaultList } from '../../src/cli/wall-text.ts'
import { allFaults } from '../../src/wall/all-faults.ts'
import type { Fault } from '../../src/wall/fault.ts'
import type { FaultOrigin } from '../../src/wall/fault-origin.ts'
import { publicFaults } from '../../src/wall/public-faults.ts'

const program = join(import.meta.dirname, '..', '..', 'src', 'cli', 'wall.ts')

/** Starts the program; it ends with the test at the latest. */
function start(...args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['--conditions=@nextbest/source', program, ...args])
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  const child = start(...args)
  const ended = once(child, 'exit')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await ended
  return { code, stdout, stderr }
}

/** Reads what a program prints until it holds the pattern. */
async function printed(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<RegExpExecArray> {
  let output = ''
  for await (const piece of child.stdout) {
    output += String(piece)
    const match = pattern.exec(output)
    if (match !== null) return match
  }
  throw new Error(`the program ended after ${JSON.stringify(output)}`)
}

function ask(baseUrl: string, model: string): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
  })
}

describe('the options of the wall', () => {
  test('are a port, unless said otherwise', () => {
    expect(parseWallOptions([])).toEqual({ port: 9_900, list: false, fault: undefined, help: false })
    expect(parseWallOptions(['--port', '0', '--list'])).toMatchObject({ port: 0, list: true })
  })

  test('name a fault by its number, and perhaps a variant', () => {
    expect(parseWallOptions(['--fault', '110'])).toMatchObject({ fault: { fault: { number: 110 } } })
    expect(parseWallOptions(['--fault', '110.chunked'])).toMatchObject({
      fault: { variant: allFaults.find(({ number }) => number === 110)?.variants['chunked'] },
    })
  })

  test.for([
    [['--port', 'x'], '--port must be an integer of 0..65535, got x'],
    [['--port', '65536'], '--port must be an integer of 0..65535, got 65536'],
    [['--fault', '0'], '--fault: "0" must be "ok", "fault-N" with N of 1..126, or "s01" .. "s16"'],
    [['--fault', 'ok'], '--fault must name one fault, got ok'],
    [['--fault', '110-then-110'], '--fault must name one fault, got 110-then-110'],
    [['--fault', 's02'], '--fault must name one fault of the catalogue, got s02'],
    [['--what'], "Unknown option '--what'"],
  ] as const)('%j are refused: %s', ([args, message]) => {
    expect(parseWallOptions(args)).toContain(message)
  })
})

describe('the wall on the command line', () => {
  test.for(['SIGINT', 'SIGTERM'] as const)('serves until %s', async (signal) => {
    const child = start('--port', '0')
    const ended = once(child, 'exit')
    const [, baseUrl = ''] = await printed(child, /^the wall: (\S+)\n[^]*--fault/m)

    const good = await ask(baseUrl, 'ok')
    const unknown = await ask(baseUrl, 'fault-0')
    child.kill(signal)

    expect(good.status).toBe(200)
    expect(unknown.status).toBe(404)
    expect(await ended).toEqual([0, null])
  })

  test('lists every fault with its variants', async () => {
    const { code, stdout } = await run('--list')

    expect(code).toBe(0)
    expect(stdout).toBe(`${faultList(allFaults)}\n\n${publicFaultList(publicFaults)}\n`)
    expect(stdout).toMatch(/^110 {2}no end mark after the finish reason: chunked/m)
    expect(stdout).toMatch(/^s15 {2}outage of 60 s/m)
  })

  test('opens the origin of a fault below requests, and says how to reach it', async () => {
    const child = start('--fault', '11')
    const ended = once(child, 'exit')
    const [greeting, port = ''] = await printed(
      child,
      /^fault 11, [^\n]*: https:\/\/\S+?:(\d+)\S*\n[^]*-----END CERTIFICATE-----/,
    )
    // The program resets what is open when it ends.
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await once(socket, 'connect')
    child.kill('SIGTERM')

    expect(greeting).toContain('its name: is 127.0.0.1')
    expect(await ended).toEqual([0, null])
    await closed
  })

  test('refuses a fault that answers requests, and says how it is met', async () => {
    const { code, stderr } = await run('--fault', '110')

    expect(code).toBe(2)
    expect(stderr).toContain('ask the wall for the model fault-110')
  })

  test('says what is wrong with its arguments, and how they are meant', async () => {
    const { code, stderr } = await run('--port', 'x')

    expect(code).toBe(2)
    expect(stderr).toMatch(/^--port must be an integer of 0\.\.65535, got x\n\nOpens the wall/)
  })

  test('says when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => {
      other.close()
    })
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''

    expect(await run('--port', port)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('EADDRINUSE'),
    })
  })
})

describe('the way to an origin', () => {
  const fault: Fault = { number: 11, name: 'a fault', expected: {}, variants: {} }
  const origin: FaultOrigin = {
    baseUrl: 'https://wall.test:4433/v1',
    transport: {},
    openConnections: 0,
    requests: 0,
    close: () => Promise.resolve(),
  }

  test('is its address, where that is all', async () => {
    expect(await originGreeting(fault, origin)).toBe('fault 11, a fault: https://wall.test:4433/v1')
  })

  test('tells of name, proxy, protocol and certificate authority', async () => {
    const transport: FaultOrigin['transport'] = {
      lookup: (_hostname, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
      proxyUrl: 'http://127.0.0.1:3128',
      http2: true,
      certificateAuthority: '-----BEGIN CERTIFICATE-----\n',
    }

    const greeting = await originGreeting(fault, { ...origin, transport, allowPrivateNetwork: false })

    expect(greeting.split('\n').slice(1)).toEqual([
      'its name: is 127.0.0.1',
      'proxy: http://127.0.0.1:3128',
      'protocol: HTTP/2',
      'its addresses are to pass for public ones',
      'certificate authority:',
      '-----BEGIN CERTIFICATE-----',
    ])
  })

  test('tells how a name fails', async () => {
    const transport: FaultOrigin['transport'] = {
      lookup: (_hostname, _options, callback) =>
        callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), ''),
    }

    expect(await originGreeting(fault, { ...origin, transport })).toContain('its name: fails with ENOTFOUND')
  })
})
