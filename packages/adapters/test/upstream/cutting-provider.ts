import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { cutCompletion, cutStreams, responseOf, type Framing } from './cut-answers.ts'

/** A provider that cuts the answer of each request as the request says. */
export interface CuttingProvider {
  readonly baseUrl: string
  /** Requests that came. */
  readonly requests: number
  close(): Promise<void>
}

export async function startCuttingProvider(): Promise<CuttingProvider> {
  let requests = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    let received = Buffer.alloc(0)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
      const body = wholeBodyOf(received)
      if (body === undefined) return
      received = Buffer.alloc(0)
      requests++
      answer(socket, body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the provider has no port')
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    get requests() {
      return requests
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

const headEnd = '\r\n\r\n'

/** Returns the body of a request, or nothing while it has not come whole. */
function wholeBodyOf(received: Buffer): string | undefined {
  const end = received.indexOf(headEnd)
  if (end === -1) return undefined
  const length = Number(/content-length: (\d+)/i.exec(received.toString('latin1', 0, end))?.[1])
  const start = end + headEnd.length
  return received.length < start + length ? undefined : received.toString('utf8', start, start + length)
}

type Told = readonly [name: string, framing: Framing, how: 'FIN' | 'RST', sent: number]

const answers = new Map([...cutStreams, cutCompletion].map((answer) => [answer.name, answer]))

function answer(socket: Socket, body: string): void {
  const { messages } = JSON.parse(body) as { readonly messages: readonly [{ readonly content: string }] }
  const [name, framing, how, sent] = JSON.parse(messages[0].content) as Told
  const found = answers.get(name)
  if (found === undefined) throw new Error(`there is no answer named ${name}`)
  const bytes = responseOf(found, framing).bytes.subarray(0, sent)
  if (how === 'FIN') socket.end(bytes)
  else if (sent === 0) socket.resetAndDestroy()
  else socket.write(bytes, () => socket.resetAndDestroy())
}
