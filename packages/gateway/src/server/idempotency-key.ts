import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { invalidField } from '../wire/refusal.ts'

const longestKey = 200

/**
 * Returns the key under which a request may join another one that is under way, from its `idempotency-key` header: two callers never share
 * one, since their own keys are in it, as a hash.
 *
 * @throws RouterError of kind `invalid-request` when it is empty or longer than 200 characters.
 */
export function idempotencyKeyOf({ headers }: IncomingMessage): string | undefined {
  const { 'idempotency-key': key, authorization, 'x-api-key': apiKey } = headers
  if (key === undefined) return undefined
  if (typeof key !== 'string' || key === '' || key.length > longestKey)
    throw invalidField('idempotency-key', `must have 1 to ${longestKey} characters, and has ${key.length}`)
  const caller = createHash('sha256').update(`${authorization ?? ''}\n${String(apiKey ?? '')}`)
  return `${caller.digest('base64url')}:${key}`
}
