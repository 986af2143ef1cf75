import type { LookupFunction } from 'node:net'
import type { FaultOrigin } from '../fault-origin.ts'
import { wallName } from './certificates.ts'
import { type DeadPort, openBlackHole, openRefusingPort } from './dead-ports.ts'
import { answerWell } from './good-answers.ts'
import { lookupTo } from './names.ts'
import type { Origin } from './origin.ts'
import { openPlainOrigin, openTlsOrigin } from './socket-origin.ts'

/** Opens an origin that refuses connections. */
export async function openRefusingOrigin(): Promise<FaultOrigin> {
  return originAt(await openRefusingPort())
}

/** Opens an origin that swallows connections. */
export async function openBlackHoleOrigin(): Promise<FaultOrigin> {
  return originAt(await openBlackHole('127.0.0.1'))
}

function originAt({ port, close }: DeadPort): FaultOrigin {
  return { baseUrl: `http://127.0.0.1:${port}/v1`, transport: {}, openConnections: 0, requests: 0, close }
}

/** Opens an origin that answers well, over TLS, for whoever finds it: its name is resolved as the function says. */
export function openNamedOrigin(lookup: LookupFunction, allowPrivateNetwork = true): Promise<Origin> {
  return openTlsOrigin(answerWell, { allowPrivateNetwork, transport: { lookup } })
}

/**
 * Opens an origin that answers well over IPv4, and whose address of IPv6, which comes first, refuses or swallows connections.
 * Where there is no IPv6 it cannot be reached at all, which is the same fault.
 */
export async function openHalfDeafOrigin(ipv6: 'refuses' | 'swallows'): Promise<FaultOrigin> {
  const lookup = lookupTo('::1', '127.0.0.1')
  const origin = await openPlainOrigin(answerWell, { host: wallName, transport: { lookup } })
  if (ipv6 === 'swallows') {
    const hole = await openBlackHole('::1', origin.port).catch(() => undefined)
    if (hole !== undefined) origin.closeWith.push(() => hole.close())
  }
  return origin
}
