/** Checks of what a configuration says. Each returns the value, or throws an error that names the field, bound and value. */

/** Returns an integer of at least `minimum`. */
export function requireInteger(field: string, value: unknown, minimum: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum) return value
  throw new RangeError(`${field} must be an integer of at least ${minimum}, got ${shown(value)}`)
}

/** Returns a text of 1..`maxLength` characters without blanks and controls. */
export function requireName(field: string, value: unknown, maxLength: number): string {
  if (typeof value === 'string' && value.length <= maxLength && /^[^\s\p{Cc}]+$/u.test(value)) return value
  throw new RangeError(`${field} must have 1..${maxLength} characters and no blanks, got ${shown(value)}`)
}

export function requireBoolean(field: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${field} must be true or false, got ${shown(value)}`)
}

/** Returns a value of a closed set. */
export function requireOneOf<Value extends string>(
  field: string,
  value: Value,
  values: readonly Value[],
): Value {
  if (values.includes(value)) return value
  throw new RangeError(`${field} must be one of ${values.join(', ')}, got ${shown(value)}`)
}

/** Returns a set whose members are all of a closed set. */
export function requireSet<Value extends string>(
  field: string,
  members: readonly Value[],
  values: readonly Value[],
): ReadonlySet<Value> {
  if (!Array.isArray(members)) throw new TypeError(`${field} must be an array, got ${shown(members)}`)
  return new Set(members.map((member: Value, index) => requireOneOf(`${field}[${index}]`, member, values)))
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value)
}
