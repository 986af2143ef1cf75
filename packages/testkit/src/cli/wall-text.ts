import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Fault } from '../wall/fault.ts'
import type { FaultOrigin } from '../wall/fault-origin.ts'
import type { PublicFault } from '../wall/public-fault.ts'

/** How long a name that is looked up for people may take, in ms. */
const lookupMs = 1_000

/** Returns how to use a wall that listens. */
export function wallGreeting(baseUrl: string): string {
  return `the wall: ${baseUrl}

Point any client of OpenAI's API there; the model says what a request meets:

  ok                a good answer
  fault-65          fault 65, in its first variant
  fault-65.openai   in the variant of that name
  fault-74-then-ok  fault 74 once, then good answers
  s01 .. s16        the faults of the public test, see docs/public-faults.md

An author before it (any/fault-65) begins anew. --list lists the faults; those below requests are opened by --fault.`
}

/** Returns one line for each fault. */
export function faultList(faults: readonly Fault[]): string {
  return faults
    .map(({ number, name, variants }) => {
      const below = Object.values(variants).every(({ at }) => at === 'origin') ? ' (--fault)' : ''
      return `${String(number).padStart(3)}  ${name}${below}: ${Object.keys(variants).join(', ')}`
    })
    .join('\n')
}

/** Returns one line for each fault of the public test. */
export function publicFaultList(faults: readonly PublicFault[]): string {
  return faults.map(({ id, name }) => `${id}  ${name}`).join('\n')
}

/** Returns how to reach an origin. */
export async function originGreeting({ number, name }: Fault, origin: FaultOrigin): Promise<string> {
  const { lookup, certificateAuthority, http2, proxyUrl } = origin.transport
  const { hostname } = new URL(origin.baseUrl)
  const lines = [
    `fault ${number}, ${name}: ${origin.baseUrl}`,
    lookup === undefined ? [] : `its name: ${await resolved(lookup, hostname)}`,
    proxyUrl === undefined ? [] : `proxy: ${proxyUrl}`,
    http2 === true ? 'protocol: HTTP/2' : [],
    origin.allowPrivateNetwork === false ? 'its addresses are to pass for public ones' : [],
    certificateAuthority === undefined ? [] : `certificate authority:\n${certificateAuthority.trimEnd()}`,
  ]
  return lines.flat().join('\n')
}

/** Asks the origin's own look-up, which other programs cannot. */
async function resolved(lookup: LookupFunction, hostname: string): Promise<string> {
  const answer = Promise.withResolvers<string>()
  const timer = setTimeout(() => answer.resolve('no answer, however long'), lookupMs)
  lookup(hostname, { all: true }, (error, addresses) => {
    answer.resolve(error === null ? `is ${listed(addresses)}` : `fails with ${error.code ?? error.message}`)
  })
  const words = await answer.promise
  clearTimeout(timer)
  return words
}

function listed(addresses: string | readonly LookupAddress[]): string {
  return typeof addresses === 'string' ? addresses : addresses.map(({ address }) => address).join(', ')
}
