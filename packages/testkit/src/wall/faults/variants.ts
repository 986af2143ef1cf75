import type { FaultExpectation, FaultVariant, FaultVariantDetails } from '../fault.ts'
import type { WallExchange } from '../wall-exchange.ts'

/** A fault that is played on a request. */
export function onRequest(
  play: (exchange: WallExchange) => void,
  details: FaultVariantDetails = {},
): FaultVariant {
  return { at: 'request', play, ...details }
}

/** An object is sent as JSON, a text that begins with `<` as a page, an empty text as no body at all. */
export type ErrorBody = object | string

export interface RefusalDetails {
  readonly headers?: Readonly<Record<string, string>>
  /** What differs from the fault's own expectation. Default: nothing. */
  readonly expected?: Partial<FaultExpectation>
}

/** A whole answer with an error status; what its body quotes of the request is known when the request came. */
export function refusal(
  status: number,
  body: ErrorBody | ((exchange: WallExchange) => ErrorBody) = '',
  { headers = {}, expected }: RefusalDetails = {},
): FaultVariant {
  const play = (exchange: WallExchange): void => {
    const said = typeof body === 'function' ? body(exchange) : body
    const text = typeof said === 'string' ? said : JSON.stringify(said)
    exchange.respond(status, text, { 'content-type': mediaType(said), ...headers })
  }
  return onRequest(play, expected === undefined ? {} : { expected })
}

/** The same kind of variant for each of several names. */
export function each<const Name extends string | number>(
  names: readonly Name[],
  variantOf: (name: Name) => FaultVariant,
): Readonly<Record<string, FaultVariant>> {
  return Object.fromEntries(names.map((name) => [String(name), variantOf(name)]))
}

/** What the request's last message says, for providers that quote it. */
export function promptOf({ request }: WallExchange): string {
  const { messages } = request.body as { readonly messages?: unknown }
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  const content = typeof last === 'object' && last !== null && 'content' in last ? last.content : undefined
  return typeof content === 'string' ? content : ''
}

/** The key of the request, for providers that quote it. */
export function keyOf({ request }: WallExchange): string {
  return (request.headers['authorization'] ?? '').replace(/^Bearer /i, '')
}

function mediaType(body: ErrorBody): string {
  if (typeof body === 'object') return 'application/json'
  return body.startsWith('<') ? 'text/html' : 'text/plain'
}
