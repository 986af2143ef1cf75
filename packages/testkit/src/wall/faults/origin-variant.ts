import type { FaultOrigin } from '../fault-origin.ts'
import type { FaultVariant, FaultVariantDetails } from '../fault.ts'

/** A fault that is an origin of its own. */
export function atOrigin(open: () => Promise<FaultOrigin>, details: FaultVariantDetails = {}): FaultVariant {
  return { at: 'origin', open, ...details }
}
