/** Returns `value` brought into `minimum..maximum`; `minimum` for what is not a number. */
export function clamp(value: number, minimum: number, maximum: number): number {
  if (!(value > minimum)) return minimum
  return value < maximum ? value : maximum
}

/**
 * Returns `value` when it lies in `bounds`, both ends included.
 *
 * @throws RangeError that names the field, the bounds and the value otherwise.
 */
export function requireRange(field: string, value: number, bounds: readonly [number, number]): number {
  const [minimum, maximum] = bounds
  if (value >= minimum && value <= maximum) return value
  throw new RangeError(`${field} must be in ${minimum}..${maximum}, got ${value}`)
}

/** Bounds of a weight, count or duration that is read from a snapshot. */
export const snapshotBounds: readonly [number, number] = Object.freeze([0, 1e15] as const)
