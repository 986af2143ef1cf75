import { isIP } from 'node:net'

/** An outbound HTTP proxy. */
export interface Proxy {
  /** Scheme, host and port. */
  readonly origin: string
  /** The name that its certificate is for, where it is reached by one over TLS. */
  readonly servername: string | undefined
  /** Value of `proxy-authorization`. */
  readonly authorization: string | undefined
}

/**
 * Takes the URL of a proxy apart. Messages never repeat it, as it may hold a password.
 *
 * @throws TypeError when it is not one.
 */
export function parseProxyUrl(proxyUrl: string): Proxy {
  const url = URL.parse(proxyUrl)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TypeError('transport.proxyUrl must be an absolute URL with http: or https:')
  }
  if (url.pathname !== '/' || /[?#]/.test(proxyUrl)) {
    throw new TypeError('transport.proxyUrl must not contain a path, a query or a fragment')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return {
    origin: url.origin,
    servername: isIP(host) === 0 ? host : undefined,
    authorization: authorizationOf(url),
  }
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new TypeError('transport.proxyUrl must have its user and password percent-encoded')
  }
}
