import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'

/** A public address where nobody is: IANA has given out none of its block. */
export const nobodysAddress = '2e00::1'

type LookupCallback = Parameters<LookupFunction>[2]

/** Resolves every name to these addresses. */
export function lookupTo(...addresses: readonly string[]): LookupFunction {
  return (_hostname, options, callback) => {
    queueMicrotask(() => answer(addresses, options, callback))
  }
}

/** Resolves every name to the first list, and from the second question on to the second. */
export function lookupThatChanges(first: readonly string[], then: readonly string[]): LookupFunction {
  let asked = 0
  return (_hostname, options, callback) => {
    const addresses = asked++ === 0 ? first : then
    queueMicrotask(() => answer(addresses, options, callback))
  }
}

/** Resolves every name to an address, after a while. */
export function lateLookup(delayMs: number, address: string): LookupFunction {
  return (_hostname, options, callback) => {
    setTimeout(() => answer([address], options, callback), delayMs).unref()
  }
}

/** Fails as the system call does that fails with this code. */
export function failingLookup(
  code: string,
  syscall: 'getaddrinfo' | 'connect' | 'socket' = 'getaddrinfo',
): LookupFunction {
  return (hostname, _options, callback) => {
    const error = Object.assign(new Error(`${syscall} ${code} ${hostname}`), { code, syscall, hostname })
    queueMicrotask(() => callback(error, []))
  }
}

function answer(addresses: readonly string[], { all }: LookupOptions, callback: LookupCallback): void {
  const found: LookupAddress[] = addresses.map((address) => ({ address, family: isIP(address) }))
  const [first] = found
  if (all === true || first === undefined) callback(null, found)
  else callback(null, first.address, first.family)
}
