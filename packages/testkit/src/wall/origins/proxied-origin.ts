import { connect, type Socket } from 'node:net'
import { openRefusingPort } from './dead-ports.ts'
import { answerWell } from './good-answers.ts'
import { lookupThatChanges, nobodysAddress } from './names.ts'
import type { Origin } from './origin.ts'
import { openPlainOrigin, openTlsOrigin } from './socket-origin.ts'

/** Opens an origin that answers well, and is reached through a proxy that is down. */
export async function openOriginBehindDeadProxy(): Promise<Origin> {
  const { port, close } = await openRefusingPort()
  const origin = await openTlsOrigin(answerWell)
  origin.closeWith.push(close)
  return behind(origin, port)
}

/** Opens an origin that answers well, and is reached through a proxy that answers every request for a tunnel with this. */
export async function openOriginBehindProxy(response: string): Promise<Origin> {
  const origin = await openTlsOrigin(answerWell)
  return behindProxy(origin, (socket) => socket.end(response))
}

/**
 * Opens an origin for clients that connect to public addresses only. Its name has such an address first and is 127.0.0.1 from
 * the second question on, and the proxy that leads to it stands for the network: it reaches the origin by the public
 * address, and refuses the other one.
 */
export async function openChangingOrigin(): Promise<Origin> {
  const lookup = lookupThatChanges([nobodysAddress], ['127.0.0.1'])
  const origin = await openTlsOrigin(answerWell, { allowPrivateNetwork: false, transport: { lookup } })
  return behindProxy(origin, (socket, authority) => {
    if (authority === `[${nobodysAddress}]:${origin.port}`) tunnel(socket, origin.port)
    else socket.end(forbidden)
  })
}

/** How a proxy refuses a tunnel. */
export const forbidden = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\n\r\nforbidden'

async function behindProxy(
  origin: Origin,
  onTunnel: (socket: Socket, authority: string) => void,
): Promise<Origin> {
  const proxy = await openPlainOrigin((socket) => {
    let head = ''
    const read = (bytes: Buffer): void => {
      head += bytes.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      socket.off('data', read)
      onTunnel(socket, head.split(' ', 2)[1] ?? '')
    }
    socket.on('data', read)
  })
  origin.closeWith.push(() => proxy.close())
  return behind(origin, proxy.port)
}

function tunnel(socket: Socket, port: number): void {
  const far = connect(port, '127.0.0.1').on('error', () => undefined)
  far.once('close', () => socket.destroy())
  socket.once('close', () => far.destroy())
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
  socket.pipe(far).pipe(socket)
}

function behind(origin: Origin, port: number): Origin {
  origin.transport = { ...origin.transport, proxyUrl: `http://127.0.0.1:${port}` }
  return origin
}
