/** @throws RangeError that names the option, its bounds and its value. */
export function requireInteger(name: string, value: number, [low, high]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= low && value <= high) return
  throw new RangeError(`${name}: must be an integer from ${low} to ${high}, and is ${String(value)}`)
}
