import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { createGateway } from '../../src/server/gateway.ts'
import { chatPath, question, send } from '../support/client.ts'
import { createFakeRouter } from '../support/fake-router.ts'

test('a gateway works in a server of one’s own, and says when it drains', async () => {
  const router = createFakeRouter()
  const gateway = createGateway({ router })
  const server = createServer(gateway.handler).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const post = { method: 'POST', body: JSON.stringify(question) }
  const answered = send(`${url}${chatPath}`, post)
  const call = await router.call()

  const ready = await send(`${url}/readyz`)
  const closed = gateway.close({ drainMs: 10_000 })
  const unready = await send(`${url}/readyz`)
  const alive = await send(`${url}/healthz`)
  const refused = await send(`${url}${chatPath}`, post)
  call.answer()
  await closed

  expect([ready.status, unready.status, alive.status, refused.status]).toEqual([200, 503, 200, 503])
  expect(unready.text).toBe('{"status":"draining"}')
  expect(refused.headers).toMatchObject({ connection: 'close' })
  expect(refused.headers).not.toHaveProperty('x-should-retry')
  expect((await answered).status).toBe(200)
})

test('a connection serves one call after the other', async () => {
  const router = createFakeRouter({ onCall: (call) => call.answer() })
  const gateway = createGateway({ router })
  const server = createServer(gateway.handler).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })

  for (let i = 0; i < 3; i += 1) {
    const sent = request({ port, host: '127.0.0.1', path: chatPath, method: 'POST', agent }).end(
      JSON.stringify(question),
    )
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    await text(response)
  }
  agent.destroy()

  expect(connections).toBe(1)
  expect(router.calls).toHaveLength(3)
})
