import type { PlannedEndpoint } from '@nextbest/core'
import type { FleetEndpoint } from '../fleet.ts'
import type { PreparedCall } from '../prepare-call.ts'

/** Returns the connected endpoint behind a planned one. */
export function endpointOf({ endpoint }: PlannedEndpoint, { endpoints }: PreparedCall): FleetEndpoint {
  const known = endpoints.find((one) => one.endpoint === endpoint)
  if (known === undefined) throw new RangeError(`${endpoint.id} is not an endpoint of this call`)
  return known
}
