import type { FailureEvidence } from '@nextbest/core'
import type { ResolvedTransportOptions } from './transport-options.ts'

/** How far an exchange had come. `sent`: the request may have arrived; `receiving`: the response's headers had come. */
export type ExchangePhase = 'connecting' | 'sent' | 'receiving'

/** Turns whatever an exchange failed with into evidence, without the addresses and names that Node's messages hold. */
export function networkEvidence(
  error: unknown,
  phase: ExchangePhase,
  { connectTimeoutMs, backstopMs }: ResolvedTransportOptions,
): FailureEvidence {
  const code = codeOf(error)
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return { type: 'timeout', timer: 'connect', afterMs: connectTimeoutMs }
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return { type: 'timeout', timer: 'first-token', afterMs: backstopMs }
  if (code === 'UND_ERR_BODY_TIMEOUT') return { type: 'timeout', timer: 'idle', afterMs: backstopMs }
  return { type: 'network', code, message: messageOf(error, code), phase }
}

/** Several addresses that all failed come as one error that holds an error for each; the first one stands for all. */
function codeOf(error: unknown): string {
  if (!isObject(error)) return 'UNKNOWN'
  const { code, errors, name } = error
  if (typeof code === 'string' && code !== '') return code.slice(0, 64)
  // undici's parser has no code, only a reason in words; Node's own has one that begins like this.
  if (name === 'HTTPParserError') return 'HPE_INVALID'
  if (Array.isArray(errors) && errors.length > 0) return codeOf(errors[0])
  return typeof name === 'string' ? name.slice(0, 64) : 'UNKNOWN'
}

function messageOf(error: unknown, code: string): string {
  if (!isObject(error)) return code
  // The message of a system error ends with an address or a host name.
  if (typeof error.syscall === 'string') return `${error.syscall} ${code}`
  // Without a code it is not an error of the network's, and its message may hold anything.
  if (error.code !== code || typeof error.message !== 'string') return code
  return error.message.slice(0, 200)
}

function isObject(
  value: unknown,
): value is { readonly [name in 'code' | 'errors' | 'name' | 'syscall' | 'message']?: unknown } {
  return typeof value === 'object' && value !== null
}
