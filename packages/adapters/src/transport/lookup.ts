import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'
import type { ResolvedTransportOptions } from './transport-options.ts'

/**
 * Returns how a transport resolves host names: to addresses, all of them public unless `allowPrivateNetwork`. The
 * connection is made to the addresses that were checked, so a name that changes its mind (DNS rebinding) gains nothing.
 */
export function lookupOf({
  lookup = systemLookup,
  allowPrivateNetwork,
}: ResolvedTransportOptions): LookupFunction {
  return (hostname, options, callback) => {
    const all: LookupOptions & { all: true } = { ...options, all: true }
    lookup(hostname, all, (error, found) => {
      const addresses = addressesIn(found)
      const [first] = addresses
      if (error !== null) callback(error, [])
      else if (first === undefined) callback(noAddress(), [])
      else if (!allowPrivateNetwork && !addresses.every(isPublic)) callback(privateNetwork(), [])
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

/** A function of somebody else's may give one address where all were asked for, which Node would not stand. */
function addressesIn(found: string | LookupAddress[] | undefined): LookupAddress[] {
  return typeof found === 'string' ? [{ address: found, family: isIP(found) }] : (found ?? [])
}

function isPublic({ address }: LookupAddress): boolean {
  return isPublicAddress(address)
}

function noAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('the host has no address'), { code: 'ENOTFOUND' })
}

/** Says nothing of the address: the message may reach a caller who chose the host. */
function privateNetwork(): NodeJS.ErrnoException {
  return Object.assign(new Error('the host is on a private network'), { code: 'ERR_PRIVATE_NETWORK' })
}
