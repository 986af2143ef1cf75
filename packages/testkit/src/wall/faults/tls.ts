import type { Socket } from 'node:net'
import type { Fault, FaultVariant } from '../fault.ts'
import { certificates, type ServerCertificate } from '../origins/certificates.ts'
import { answerWell } from '../origins/good-answers.ts'
import { atWallName } from '../origins/origin.ts'
import { openPlainOrigin, openTlsOrigin } from '../origins/socket-origin.ts'
import { inBothModes, lastingMalformed } from './expectations.ts'
import { unreachable } from './network-expectations.ts'
import { atOrigin } from './origin-variant.ts'

function withCertificate(certificate: ServerCertificate): FaultVariant {
  return atOrigin(() => openTlsOrigin(answerWell, { certificate }))
}

/** What a port does on which TLS is expected. */
function insteadOfTls(take: (socket: Socket) => void): FaultVariant {
  return atOrigin(() => openPlainOrigin(take, atWallName({})))
}

function sayBanner(socket: Socket): void {
  socket.resume().write('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n')
}

/** As a server of HTTP answers what it cannot read. */
const badRequest =
  'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: 11\r\n\r\nbad request'

/** Faults of TLS, and of what is spoken in its place (11–13). */
export const tlsFaults: readonly Fault[] = [
  {
    number: 11,
    name: 'certificate that does not hold',
    expected: inBothModes(unreachable),
    variants: {
      expired: withCertificate(certificates.expired),
      'wrong-host': withCertificate(certificates.wrongHost),
      'self-signed': withCertificate(certificates.selfSigned),
    },
  },
  {
    number: 12,
    name: 'handshake that does not come to an end',
    expected: inBothModes(unreachable),
    variants: {
      stall: insteadOfTls((socket) => socket.resume()),
      // The transport itself connects once more: nothing was sent.
      reset: insteadOfTls((socket) => socket.once('data', () => socket.resetAndDestroy())),
    },
  },
  {
    number: 13,
    name: 'another protocol',
    expected: inBothModes(unreachable),
    variants: {
      'plain-http': insteadOfTls((socket) => socket.once('data', () => socket.end(badRequest))),
      'ssh-banner': insteadOfTls(sayBanner),
      // Where TLS is not expected the request is sent, and what comes for an answer is none.
      'ssh-banner-for-http': atOrigin(() => openPlainOrigin(sayBanner), { expected: lastingMalformed }),
    },
  },
]
