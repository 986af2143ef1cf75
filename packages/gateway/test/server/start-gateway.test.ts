import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { startGateway } from '../../src/server/start-gateway.ts'
import { chat, chatPath, json, open, question, send } from '../support/client.ts'
import { createFakeRouter } from '../support/fake-router.ts'
import { gatewayFor } from '../support/gateway.ts'

describe('startGateway', () => {
  test('refuses an address that others can reach, unless there are keys or it is meant', async () => {
    const router = createFakeRouter()

    await expect(startGateway({ router, host: '0.0.0.0', port: 0 })).rejects.toThrow(
      'host: 0.0.0.0 can be reached by others, and there are no keys: set apiKeys',
    )
    await expect(startGateway({ router, host: 'gateway.example', port: 0 })).rejects.toThrow(RangeError)
    await gatewayFor({ router, host: '0.0.0.0', apiKeys: ['key'] })
    await gatewayFor({ router, host: '0.0.0.0', allowUnauthenticated: true })
    await gatewayFor({ router, host: '127.0.0.2' })
  })

  test.each([
    [{ port: 65_536 }, 'port: must be an integer from 0 to 65535, and is 65536'],
    [{ bodyLimitBytes: 0 }, 'bodyLimitBytes: must be an integer from 1 to 1073741824, and is 0'],
    [{ apiKeys: [''] }, 'apiKeys[0].length: must be an integer from 1 to 1024, and is 0'],
    [{ keepAliveMs: Number.NaN }, 'keepAliveMs: must be an integer from 1000 to 3600000, and is NaN'],
    [
      { headersTimeoutMs: 20_000, requestTimeoutMs: 10_000 },
      'requestTimeoutMs: must be an integer from 20000 to 3600000, and is 10000',
    ],
    [{ heartbeatMs: 1.5 }, 'heartbeatMs: must be an integer from 1000 to 600000, and is 1.5'],
  ])('refuses %j', async (options, message) => {
    await expect(startGateway({ router: createFakeRouter(), port: 0, ...options })).rejects.toThrow(message)
  })

  test('tells where it listens', async () => {
    const gateway = await gatewayFor({ router: createFakeRouter(), host: '127.0.0.1' })

    expect(gateway.url).toBe(`http://127.0.0.1:${gateway.port}`)
  })

  test('passes on that a port is in use', async () => {
    const { port } = await gatewayFor({ router: createFakeRouter() })

    await expect(startGateway({ router: createFakeRouter(), port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    })
  })
})

describe('closing', () => {
  test('waits for calls under way, takes no new ones and says so', async () => {
    const router = createFakeRouter()
    const gateway = await startGateway({ router, port: 0 })
    const answered = chat(gateway.url, question)
    const call = await router.call()

    const closed = gateway.close({ drainMs: 10_000 })
    await expect(send(`${gateway.url}/readyz`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    call.answer()

    expect((await answered).status).toBe(200)
    await closed
  })

  test('breaks off what is left after the time: a stream by an error event, a whole answer by a status', async () => {
    const router = createFakeRouter()
    const gateway = await startGateway({ router, port: 0 })
    const whole = chat(gateway.url, question)
    await router.call()
    const { answered } = open(`${gateway.url}${chatPath}`, {
      method: 'POST',
      body: JSON.stringify({ ...question, stream: true }),
    })
    const call = await router.call(1)
    call.tell('Hi')
    const stream = await answered

    await gateway.close({ drainMs: 0 })

    expect(json(await whole)).toMatchObject({ error: { code: 'shutting_down' } })
    expect((await whole).status).toBe(503)
    const events = await text(stream)
    expect(events).toContain('"code":"shutting_down"')
    expect(events).toContain('"finish_reason":"error"')
    expect(events).not.toContain('[DONE]')
    expect(call.log).toEqual(['cancel'])
  })

  test('may be asked for twice', async () => {
    const gateway = await startGateway({ router: createFakeRouter(), port: 0 })

    await Promise.all([gateway.close(), gateway.close()])
  })
})
