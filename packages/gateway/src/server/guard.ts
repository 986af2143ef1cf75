import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { RouterError } from 'nextbest'
import { refusal } from '../wire/refusal.ts'

/** Returns why a request is refused before its body is read, or nothing. */
export type Guard = (request: IncomingMessage) => RouterError | undefined

const hostPattern = /^(?:[\w.-]{1,255}|\[[\dA-Fa-f:.]{2,45}\])(?::\d{1,5})?$/

/** Refuses what two readers could read in two ways: two hosts, two credentials, a host that is none. */
export const refuseAmbiguity: Guard = ({ rawHeaders, headers }) => {
  let hosts = 0
  let credentials = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1
    else if (name.length === 13 && name.toLowerCase() === 'authorization') credentials += 1
  }
  if (hosts > 1) return ambiguous('host')
  if (credentials > 1) return ambiguous('authorization')
  return headers.host === undefined || hostPattern.test(headers.host) ? undefined : ambiguous('host')
}

function ambiguous(field: string): RouterError {
  return refusal(`${field}: must be one valid header`, { status: 400, code: 'ambiguous_header', field })
}

/**
 * Returns the guard of the routes that spend money or tell what is configured.
 *
 * Keys are compared as hashes, every one of them each time, so that the time taken tells nothing. A key that was found
 * good is remembered, since a hash costs more than all other checks of a request: it is looked up by V8's seeded hash, so
 * the time of a miss tells nothing either. Without keys, a web page open in a browser on this machine must not spend its
 * owner's money: such requests bear `sec-fetch-site`.
 */
export function keyGuard(apiKeys: readonly string[]): Guard {
  if (apiKeys.length === 0) return refuseWebPages
  const digests = apiKeys.map(digest)
  const good = new Set<string>()
  return ({ headers }) => {
    const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    const apiKey = headers['x-api-key']
    if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) return ambiguous('x-api-key')
    const presented = bearer ?? (typeof apiKey === 'string' ? apiKey : '')
    if (good.has(presented)) return undefined
    if (!isKnown(presented, digests)) return unauthorized()
    good.add(presented)
    return undefined
  }
}

function isKnown(key: string, digests: readonly Buffer[]): boolean {
  const presented = digest(key)
  let known = false
  for (const one of digests) if (timingSafeEqual(one, presented)) known = true
  return known
}

const refuseWebPages: Guard = ({ headers }) => {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'none') return undefined
  return refusal('web pages are not served while the gateway has no keys; set server.api_keys', {
    status: 403,
    code: 'web_page_refused',
    type: 'permission_error',
  })
}

function unauthorized(): RouterError {
  return refusal('a valid key is needed: send it as "Authorization: Bearer <key>"', {
    status: 401,
    code: 'invalid_api_key',
    type: 'authentication_error',
  })
}

function digest(key: string): Buffer {
  return hash('sha256', key, 'buffer')
}
