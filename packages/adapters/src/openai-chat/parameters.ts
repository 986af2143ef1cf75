import { allParameters } from '@nextbest/core'

/** Parameters that an endpoint either lists or does not take. */
export const knownParameters: ReadonlySet<string> = new Set(allParameters)

/** Fields that tell a router what to do and are no business of a provider. */
const routingFields: ReadonlySet<string> = new Set([
  'models',
  'provider',
  'route',
  'plugins',
  'transforms',
  'session_id',
  'usage',
  'preset',
  'trace',
  'debug',
  'stop_server_tools_when',
])

/** Other fields whose null means that they are absent. */
const optionalFields: ReadonlySet<string> = new Set([
  'n',
  'modalities',
  'user',
  'metadata',
  'prompt_cache_key',
  'service_tier',
  'store',
])

/** Parameters that are refused where another one is absent. */
const companions: ReadonlyMap<string, string> = new Map([
  ['tool_choice', 'tools'],
  ['parallel_tool_calls', 'tools'],
  ['top_logprobs', 'logprobs'],
])

/** Whether an endpoint that lists these parameters takes a field of a request. Fields that we do not know are taken. */
export function isTaken(name: string, value: unknown, listed: ReadonlySet<string>): boolean {
  if (routingFields.has(name) || value === undefined) return false
  if (!knownParameters.has(name)) return value !== null || !optionalFields.has(name)
  const companion = companions.get(name)
  if (value === null || (companion !== undefined && !listed.has(companion))) return false
  return (
    listed.has(name) || (name === 'response_format' && listed.has('structured_outputs') && isSchema(value))
  )
}

/** A schema is asked for in `response_format`, but an endpoint lists it as `structured_outputs`. */
function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'json_schema'
}
