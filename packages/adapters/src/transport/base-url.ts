import { isPublicAddress, isAddress } from './public-address.ts'

/** Where a transport sends to. */
export interface BaseUrl {
  /** Scheme, host and port. */
  readonly origin: string
  /** Goes before every path; empty or begins with `/`, never ends with one. */
  readonly pathPrefix: string
}

/**
 * Takes a base URL apart. Messages never repeat it, as it may hold a secret where none should be.
 *
 * @throws TypeError when it is not one, or, unless `allowPrivateNetwork`, when it is not `https:` or its host is an
 * address that is not public.
 */
export function parseBaseUrl(baseUrl: string, allowPrivateNetwork: boolean): BaseUrl {
  const url = URL.parse(baseUrl)
  if (url === null) throw new TypeError('baseUrl must be an absolute URL')
  if (url.username !== '' || url.password !== '') throw new TypeError('baseUrl must not contain credentials')
  if (url.search !== '' || baseUrl.includes('?')) throw new TypeError('baseUrl must not contain a query')
  if (url.hash !== '' || baseUrl.includes('#')) throw new TypeError('baseUrl must not contain a fragment')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`baseUrl must use https:, got ${url.protocol}`)
  }
  if (!allowPrivateNetwork) checkPublic(url)
  return { origin: url.origin, pathPrefix: url.pathname.replace(/\/+$/, '') }
}

/** The URL parser has made every spelling of an IPv4 address (hexadecimal, short forms) the usual one. */
function checkPublic({ protocol, hostname }: URL): void {
  if (protocol !== 'https:') throw new TypeError('baseUrl must use https: unless allowPrivateNetwork is set')
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isAddress(host) && !isPublicAddress(host)) {
    throw new TypeError(
      'baseUrl must not be an address of a private network unless allowPrivateNetwork is set',
    )
  }
}
