import { execFile } from 'node:child_process'
import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  Agent,
  EnvHttpProxyAgent,
  getGlobalDispatcher,
  interceptors,
  MockAgent,
  request,
  setGlobalDispatcher,
} from 'undici'
import { afterEach, expect, test, vi } from 'vitest'
import { withReconnect } from '../../src/transport/reconnect.ts'
import { importsOf, sourcesIn } from '../sources.ts'
import {
  barePool,
  closing,
  codeOf,
  outcomeOf,
  sendAndWait,
  sendBare,
  started,
  transportTo,
} from './opened.ts'
import { response, serve } from './raw-server.ts'

/** What undici offers and ours leaves alone, and why. */

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

const sources = sourcesIn('packages/*/src/**/*.ts')
const post = { method: 'POST' as const, body: '{"a":1}' }

test('trap U11: undici’s retry interceptor sends a POST once and says so in an error of its own; ours has one reconnect and nothing of undici’s', async () => {
  const startBusy = () =>
    started(
      serve((socket, count) => socket.write(response('busy', { status: count < 3 ? '503 Busy' : '200 OK' }))),
    )
  const [busy, busyForGet, busyForUs] = [await startBusy(), await startBusy(), await startBusy()]
  const dispatcher = new Agent().compose(interceptors.retry({ maxRetries: 5, minTimeout: 1 }))
  closing(() => dispatcher.close())
  const sent = request(`http://127.0.0.1:${busy.port}`, { ...post, dispatcher })
  expect([await sent.catch(codeOf), busy.requests]).toEqual(['UND_ERR_REQ_RETRY', 1])
  const got = await request(`http://127.0.0.1:${busyForGet.port}`, { dispatcher })
  await got.body.dump()
  expect([got.statusCode, busyForGet.requests]).toEqual([200, 3])

  expect(outcomeOf(await sendAndWait(withReconnect(transportTo(busyForUs))))).toBe('503 busy')
  expect(busyForUs.requests).toBe(1)
  const own = 'packages/adapters/src/transport/undici.ts'
  const naming = sources.filter(({ text }) => /['"`]undici['"`/]/.test(text))
  expect(naming.map(({ file }) => file)).toEqual([own])
  const { [own]: used = [] } = importsOf('undici', naming)
  expect(used.toSorted()).toEqual(['Client', 'Dispatcher', 'Pool', 'buildConnector', 'errors'])
})

test('trap U14: undici’s mocks know no times, and fake timers hold up its connections; our tests of connections use real ones', async () => {
  const server = await started(serve((socket) => socket.write(response('hello'))))
  const pool = barePool(server, { connections: 1 })
  vi.useFakeTimers()
  const mock = new MockAgent()
  mock.disableNetConnect()
  mock.get('http://mocked').intercept({ path: '/', method: 'POST' }).reply(200, 'late').delay(600_000)
  const impatient = { headersTimeout: 1, bodyTimeout: 1, dispatcher: mock }
  const late = request('http://mocked/', { ...post, ...impatient }).then(({ body }) => body.text())
  await vi.advanceTimersByTimeAsync(600_000)
  expect(await late).toBe('late')
  await mock.close()

  expect(await sendBare(pool)).toBe('200 hello')
  const second = sendBare(pool)
  for (let time = 0; time < 100; time++) await turn()
  expect(server.requests).toBe(1)
  for (let time = 0; time < 100; time++) {
    await vi.advanceTimersByTimeAsync(1)
    await turn()
  }
  expect([await second, server.requests]).toEqual(['200 hello', 2])

  const tests = sourcesIn('packages/adapters/test/**/*.ts').filter(({ file }) => !file.endsWith(ownName))
  const namesOf = (pattern: RegExp): readonly string[] =>
    tests.filter(({ text }) => pattern.test(text)).map(({ file }) => file)
  const [onSockets, faking] = [namesOf(/\/(?:raw-server|opened)\.ts'/), namesOf(/useFakeTimers\(/)]
  expect(onSockets).toContain('packages/adapters/test/transport/undici-transport.test.ts')
  expect(faking).toContain('packages/adapters/test/guards/waiting-queue.test.ts')
  expect(onSockets.filter((file) => faking.includes(file))).toEqual([])
  expect(namesOf(/\bMock(?:Agent|Pool|Client)\b/)).toEqual([])
})

const ownName = 'undici-unused-traps.test.ts'

test('trap U15: undici takes a proxy from the environment where it is asked to, with exceptions; ours never does', async () => {
  const proxy = await started(serve((socket) => socket.write(response('proxied'))))
  const server = await started(serve((socket) => socket.write(response('direct'))))
  for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) {
    vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`)
  }
  const throughAgent = async (noProxy: string): Promise<string> => {
    const dispatcher = new EnvHttpProxyAgent({ noProxy })
    const { body } = await request(`http://127.0.0.1:${server.port}`, { ...post, dispatcher })
    const text = await body.text()
    await dispatcher.close()
    return text
  }
  expect([await throughAgent(''), await throughAgent('127.0.0.1')]).toEqual(['proxied', 'direct'])
  expect(await sendBare(barePool(server))).toBe('200 direct')

  expect(outcomeOf(await sendAndWait(transportTo(server)))).toBe('200 direct')
  expect([proxy.requests, server.requests]).toEqual([1, 3])
})

test('trap U16: undici and the host’s fetch take each other’s place; ours is reached by neither and leaves the host’s alone', async () => {
  const server = await started(
    serve((socket) => socket.write(response('hello', { headers: 'connection: close\r\n' }))),
  )
  const url = `http://127.0.0.1:${server.port}/`
  const [agent, broken, before] = [new Agent(), new Agent(), getGlobalDispatcher()]
  closing(() => setGlobalDispatcher(before))
  closing(() => agent.close())
  const init: object = { dispatcher: agent }
  const mixed = fetch(url, init).then(
    (answer) => answer.text(),
    ({ cause }: { cause: unknown }) => codeOf(cause),
  )
  expect(await mixed).toBe('UND_ERR_INVALID_ARG')

  await broken.destroy()
  setGlobalDispatcher(broken)
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'UND_ERR_DESTROYED' } })
  expect(outcomeOf(await sendAndWait(transportTo(server)))).toBe('200 hello')

  expect(await hostAfterImport('undici')).toEqual({ own: 'replaced', none: 'replaced' })
  expect(await hostAfterImport('../../src/index.ts')).toEqual({ own: 'kept', none: 'kept' })
})

/** What a module, loaded first of all, does to the dispatcher of the host's `fetch`: to one that was set, and to none. */
const hostAfterImport = async (module: string): Promise<{ own: string; none: string }> => {
  const [own, none] = await Promise.all(
    ['{ dispatch() {} }', 'undefined'].map(async (dispatcher) => {
      const script = `const key = Symbol.for('undici.globalDispatcher.1')
        const before = ${dispatcher}
        if (before !== undefined) globalThis[key] = before
        await import('${module}')
        process.stdout.write(globalThis[key] === before ? 'kept' : 'replaced')`
      const options = ['--conditions=@nextbest/source', '--input-type=module', '-e', script]
      return (await promisify(execFile)(process.execPath, options, { cwd: import.meta.dirname })).stdout
    }),
  )
  return { own: own ?? '', none: none ?? '' }
}
