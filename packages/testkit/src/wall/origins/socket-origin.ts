import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { certificates, type ServerCertificate } from './certificates.ts'
import { atWallName, openOrigin, type Origin, type OriginDetails } from './origin.ts'

/** Takes a connection of an origin. */
export type TakeConnection = (socket: Socket, origin: Origin) => void

/** Opens an origin that takes its connections as they come, without TLS even where its scheme is `https`. */
export function openPlainOrigin(take: TakeConnection, details?: OriginDetails): Promise<Origin> {
  return open(createServer(), { event: 'connection', take, details })
}

export interface TlsOriginDetails extends OriginDetails {
  /** Default: one that the wall's authority vouches for. */
  readonly certificate?: ServerCertificate
  /** Whether HTTP/2 is all that it speaks. Default: HTTP/1.1 is. */
  readonly http2?: true
}

/** Opens an origin for `wall.test` that takes its connections once TLS is spoken on them. */
export function openTlsOrigin(
  take: TakeConnection,
  { certificate = certificates.good, http2, transport, ...others }: TlsOriginDetails = {},
): Promise<Origin> {
  const protocols = http2 === undefined ? {} : { ALPNProtocols: ['h2'] }
  const server = createTlsServer({ ...certificate, ...protocols }).on('tlsClientError', () => undefined)
  const details = { ...others, transport: { http2: http2 ?? false, ...transport } }
  return open(server, { event: 'secureConnection', take, details: atWallName(details) })
}

interface Taking {
  readonly event: 'connection' | 'secureConnection'
  readonly take: TakeConnection
  readonly details: OriginDetails | undefined
}

async function open(server: Server, { event, take, details }: Taking): Promise<Origin> {
  const origin = await openOrigin(server, details)
  server.on(event, (socket: Socket) => {
    socket.on('error', () => undefined)
    take(socket, origin)
  })
  return origin
}
