import type { Fault } from '../fault.ts'
import { forbidden, openOriginBehindDeadProxy, openOriginBehindProxy } from '../origins/proxied-origin.ts'
import { inBothModes } from './expectations.ts'
import { unreachable } from './network-expectations.ts'
import { atOrigin } from './origin-variant.ts'

const authenticationRequired =
  'HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="out"\r\ncontent-length: 0\r\n\r\n'

/** Faults of the proxy on our way out (14). */
export const proxyFaults: readonly Fault[] = [
  {
    number: 14,
    name: 'outbound proxy that does not help',
    expected: inBothModes(unreachable),
    variants: {
      down: atOrigin(openOriginBehindDeadProxy),
      '407': atOrigin(() => openOriginBehindProxy(authenticationRequired)),
      'connect-refused': atOrigin(() => openOriginBehindProxy(forbidden)),
      // The transport itself connects once more: nothing was sent.
      'connect-closed': atOrigin(() => openOriginBehindProxy('')),
    },
  },
]
