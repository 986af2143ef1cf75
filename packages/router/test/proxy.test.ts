import { createServer } from 'node:http'
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startScriptedUpstream } from '../../testkit/src/scripted-upstream/index.ts'
import { createRouter } from '../src/index.ts'
import { failureOf } from './outcomes.ts'
import { model, request } from './scripted-fleet.ts'

/** A proxy on this machine that leads to wherever it is asked to. */
async function startProxy() {
  const targets: (string | undefined)[] = []
  const server = createServer()
  server.on('connect', ({ url }, socket) => {
    targets.push(url)
    const far = connect(Number(url?.slice(url.lastIndexOf(':') + 1)), '127.0.0.1')
    far.on('connect', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    far.on('error', () => socket.destroy())
    socket.on('error', () => far.destroy())
    socket.pipe(far).pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    targets,
    url: `http://user:secret@127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function routerThrough(baseUrl: string, proxyUrl: string) {
  return createRouter({
    upstreams: [
      {
        provider: 'far',
        baseUrl,
        proxyUrl,
        allowPrivateNetwork: true,
        models: [{ model, contextTokens: 128_000, price: { prompt: 1, completion: 1 } }],
      },
    ],
  })
}

test('an upstream is reached through the proxy that it is given', async () => {
  await using proxy = await startProxy()
  await using upstream = await startScriptedUpstream({ behaviour: { text: 'Hello' } })
  const router = routerThrough(upstream.baseUrl, proxy.url)

  expect((await router.chat(request)).text).toBe('Hello')
  expect(proxy.targets).toEqual([`127.0.0.1:${upstream.port}`])
  await router.close()
})

test('a proxy that cannot be reached fails the attempt, and its credentials stay out of the error', async () => {
  await using upstream = await startScriptedUpstream()
  const router = routerThrough(upstream.baseUrl, 'http://user:secret@127.0.0.1:1')

  const error = await failureOf(router.chat(request))

  expect(error.route?.attempts[0]?.failure?.kind).toBe('unreachable')
  expect(JSON.stringify([error, error.message, error.route])).not.toMatch(/secret|user:/)
  expect(upstream.received).toHaveLength(0)
  await router.close()
})
