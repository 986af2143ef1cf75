import type { Endpoint } from '../../catalog/endpoint.ts'

/** Configuration can switch an endpoint off. */
export function disabled(endpoint: Endpoint): string | undefined {
  return endpoint.disabled === true ? 'it is disabled by configuration' : undefined
}
