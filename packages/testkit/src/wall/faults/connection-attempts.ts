import type { Fault, FaultExpectation, FaultVariant } from '../fault.ts'
import { failingLookup, lookupTo } from '../origins/names.ts'
import {
  openBlackHoleOrigin,
  openHalfDeafOrigin,
  openNamedOrigin,
  openRefusingOrigin,
} from '../origins/unreachable-origins.ts'
import { inBothModes, tolerated } from './expectations.ts'
import { unreachable } from './network-expectations.ts'
import { atOrigin } from './origin-variant.ts'

/**
 * Fails to connect with this code, without leave to break the machine's own network: the error comes out of the look-up, which is
 * part of connecting, with the fields that the system call gives it.
 */
function failsWith(code: string, syscall: 'connect' | 'socket'): FaultVariant {
  return atOrigin(() => openNamedOrigin(failingLookup(code, syscall)))
}

/** It is our own machine that has nothing left: the call is shed, and nobody else is asked or blamed. */
const exhausted: FaultExpectation = {
  action: 'stop',
  health: 'none',
  client: { status: 503, code: 'router_overloaded' },
}

/** Faults of connections in the making (6–10). */
export const connectionAttemptFaults: readonly Fault[] = [
  {
    number: 6,
    name: 'connection refused',
    expected: inBothModes(unreachable),
    variants: { refused: atOrigin(openRefusingOrigin) },
  },
  {
    number: 7,
    name: 'connection swallowed',
    expected: inBothModes(unreachable),
    variants: { 'black-hole': atOrigin(openBlackHoleOrigin) },
  },
  {
    number: 8,
    name: 'no way to the host',
    expected: inBothModes(unreachable),
    variants: {
      // The address of everybody: no connection goes there.
      'network-unreachable': atOrigin(() => openNamedOrigin(lookupTo('255.255.255.255'))),
      'host-unreachable': failsWith('EHOSTUNREACH', 'connect'),
      'access-denied': failsWith('EACCES', 'connect'),
    },
  },
  {
    number: 9,
    name: 'IPv6 that is broken beside IPv4 that works',
    expected: inBothModes(tolerated),
    variants: {
      refused: atOrigin(() => openHalfDeafOrigin('refuses')),
      'black-hole': atOrigin(() => openHalfDeafOrigin('swallows')),
    },
  },
  {
    number: 10,
    name: 'no port or file descriptor left on our own machine',
    expected: inBothModes(exhausted),
    variants: {
      ports: failsWith('EADDRNOTAVAIL', 'connect'),
      'file-descriptors': failsWith('EMFILE', 'connect'),
    },
  },
]
