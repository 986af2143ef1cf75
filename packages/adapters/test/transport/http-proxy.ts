import { connect, type Socket } from 'node:net'
import { type RawServer, serve } from './raw-server.ts'

/** An outbound proxy, and what it was asked for. */
export interface HttpProxy extends RawServer {
  /** The targets of the tunnels that were asked for. */
  readonly tunnels: readonly string[]
}

/** What a proxy does once it was asked for a tunnel. */
export type OnTunnel = (socket: Socket, target: string) => void

/** Starts a proxy that leads wherever it is asked to, or does what it is told. */
export async function startHttpProxy(
  onTunnel: OnTunnel = (socket, target) => leadTo(Number(target.slice(target.lastIndexOf(':') + 1)), socket),
  tls?: { readonly key: string; readonly cert: string },
): Promise<HttpProxy> {
  const tunnels: string[] = []
  const leading = new WeakSet<Socket>()
  const server = await serve((socket) => {
    // What comes through a tunnel may look like a request too.
    if (leading.has(socket)) return
    leading.add(socket)
    const target = server.received.at(-1)?.split(' ', 2)[1] ?? ''
    tunnels.push(target)
    onTunnel(socket, target)
  }, tls)
  return Object.assign(server, { tunnels })
}

/** Leads a connection to a port of 127.0.0.1. */
export function leadTo(port: number, socket: Socket): void {
  const far = connect(port, '127.0.0.1')
  far.on('error', () => socket.destroy())
  far.on('close', () => socket.destroy())
  socket.on('close', () => far.destroy())
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
  socket.pipe(far).pipe(socket)
}
