import type { LookupFunction } from 'node:net'
import type { Fault, FaultVariant } from '../fault.ts'
import { failingLookup, lateLookup, lookupTo, nobodysAddress } from '../origins/names.ts'
import { openNamedOrigin } from '../origins/unreachable-origins.ts'
import { openChangingOrigin } from '../origins/proxied-origin.ts'
import { inBothModes, misconfigured, tolerated } from './expectations.ts'
import { unreachable } from './network-expectations.ts'
import { atOrigin } from './origin-variant.ts'

/** A good origin for whoever gets there; its name is resolved like this. */
function named(lookup: () => LookupFunction): FaultVariant {
  return atOrigin(() => openNamedOrigin(lookup()))
}

/** The same, for clients that connect to public addresses only. */
function guarded(...addresses: readonly string[]): FaultVariant {
  return atOrigin(() => openNamedOrigin(lookupTo(...addresses), false))
}

/** Faults of names (1–5). */
export const nameFaults: readonly Fault[] = [
  {
    number: 1,
    name: 'name that does not exist',
    expected: inBothModes(unreachable),
    variants: { nxdomain: named(() => failingLookup('ENOTFOUND')) },
  },
  {
    number: 2,
    name: 'name server that fails',
    expected: inBothModes({ ...unreachable, action: 'retry' }),
    variants: {
      'try-again': named(() => failingLookup('EAI_AGAIN')),
      // As a resolver of one's own calls it that asks name servers itself.
      servfail: named(() => failingLookup('ESERVFAIL')),
    },
  },
  {
    number: 3,
    name: 'name server that is slow',
    expected: inBothModes(unreachable),
    variants: {
      never: named(() => () => undefined),
      slow: named(() => lateLookup(5_000, '127.0.0.1')),
    },
  },
  {
    number: 4,
    name: 'name of a private address',
    // Not the end of the call: the caller did not choose the host, and nothing was sent. It counts, so that what was repaired comes
    // back by itself.
    expected: inBothModes(misconfigured),
    variants: {
      loopback: guarded('127.0.0.1'),
      private: guarded('10.0.0.1'),
      'link-local': guarded('169.254.169.254'),
      shared: guarded('100.64.0.1'),
      'ipv6-loopback': guarded('::1'),
      'ipv4-in-ipv6': guarded('::ffff:127.0.0.1'),
      'beside-a-public-one': guarded(nobodysAddress, '127.0.0.1'),
    },
  },
  {
    number: 5,
    name: 'name that changes to a private address',
    // A client that connects to what it checked never sees the change.
    expected: inBothModes(tolerated),
    variants: { rebinding: atOrigin(openChangingOrigin) },
  },
]
