import type { Case } from './expectation.ts'
import type { Place } from './world.ts'

/** Makes a place where a fault is met. The author of the model's name tells the runs at the wall apart. */
export async function placeOf(
  provider: string,
  author: string,
  { fault, variantName, variant }: Pick<Case, 'fault' | 'variantName' | 'variant'>,
): Promise<Place> {
  const wallModel = `${author}/fault-${fault.number}.${variantName}`
  if (variant.at === 'request') return { provider, wallModel, mayResend: fault.warmUp === true }
  const origin = await variant.open()
  // With HTTP/2 the other side says which requests it has not looked at.
  return { provider, wallModel, origin, mayResend: fault.warmUp === true || origin.transport.http2 === true }
}
