import { isUtf8 } from 'node:buffer'
import type { ChatRequest, RoutingPreferences } from '@nextbest/core'
import { parseCallWishes } from './call-wishes.ts'
import type { CallWishes } from './call-wishes.ts'
import { isRecord } from './fields.ts'
import { jsonErrorPosition } from './json-error-position.ts'
import { isNestedDeeper } from './nesting.ts'
import { parseProviderPreferences } from './provider-preferences.ts'
import { invalidBody } from './refusal.ts'

/** Arrays and objects of a body that may lie in each other. */
export const maxNesting = 64

/** Our own field, and those of OpenRouter that speak to the gateway; providers refuse what they do not know. */
const gatewayFields: readonly string[] = [
  'nextbest',
  'provider',
  'models',
  'route',
  'transforms',
  'plugins',
  'preset',
  'usage',
  'trace',
  'debug',
]

/** The body of a chat request, taken apart. */
export interface ChatBody {
  /** What goes to the router, which checks it: the fields that speak to the gateway alone are left out. */
  readonly request: ChatRequest
  /** Undefined where the body states none. */
  readonly preferences: RoutingPreferences | undefined
  /** What it wishes of its call. */
  readonly wishes: CallWishes
}

/**
 * Reads the body of a chat request. Of two members with one name the last counts, here and for whoever is sent the request,
 * because it is written anew.
 *
 * @throws RouterError of kind `invalid-request`; it names positions and fields, never content.
 */
export function parseChatBody(bytes: Buffer): ChatBody {
  const body = parseJson(bytes)
  if (!isRecord(body)) throw invalidBody('the body must be a JSON object')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the router checks it before it uses it
  const request = requestIn(body) as unknown as ChatRequest
  return {
    request,
    preferences: parseProviderPreferences(body['provider']),
    wishes: parseCallWishes(body['nextbest']),
  }
}

function requestIn(body: Readonly<Record<string, unknown>>): object {
  if (!gatewayFields.some((field) => Object.hasOwn(body, field))) return body
  return Object.fromEntries(Object.entries(body).filter(([field]) => !gatewayFields.includes(field)))
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw invalidBody('the body is empty; send a JSON object')
  if (!isUtf8(bytes)) throw invalidBody('the body is not valid UTF-8')
  const text = bytes.toString('utf8')
  if (isNestedDeeper(text, maxNesting)) {
    throw invalidBody(`the body nests arrays and objects more than ${maxNesting} deep`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw invalidBody(
      `the body is not valid JSON: error at position ${jsonErrorPosition(text)} of ${text.length}`,
    )
  }
}
