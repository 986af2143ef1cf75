import { invalidField } from './refusal.ts'

/** The fields of one object of a request, and how messages name the object. */
export interface Fields {
  readonly path: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Items that one list may have. */
const longestList = 1_000

/** Characters that one name in a list may have. */
const longestName = 256

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns a boolean; nothing where the field is absent or null. */
export function booleanField(fields: Fields, name: string): boolean | undefined {
  const value = stated(fields, name)
  if (value === undefined || typeof value === 'boolean') return value
  throw wrong(fields, name, 'must be true or false')
}

/** Returns a finite number of at least 0. */
export function numberField(fields: Fields, name: string): number | undefined {
  const value = stated(fields, name)
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw wrong(fields, name, 'must be a number of at least 0')
}

/** Returns one of the given words. */
export function choiceField<const Choice extends string>(
  fields: Fields,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = stated(fields, name)
  if (value === undefined) return undefined
  const choice = choices.find((one) => one === value)
  if (choice === undefined) throw wrong(fields, name, `must be one of ${choices.join(', ')}`)
  return choice
}

/** Returns a list of names; nothing where it is empty, which states nothing. */
export function listField(fields: Fields, name: string): readonly string[] | undefined {
  const value = stated(fields, name)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw wrong(fields, name, 'must be a list of strings')
  if (value.length > longestList) {
    throw wrong(fields, name, `must have at most ${longestList} items, and has ${value.length}`)
  }
  const names = value.map((item, i) => nameItem(item, `${fields.path}.${name}[${i}]`))
  return names.length === 0 ? undefined : names
}

function nameItem(item: unknown, path: string): string {
  if (typeof item === 'string' && item.length > 0 && item.length <= longestName) return item
  throw invalidField(path, `must be a string of 1 to ${longestName} characters`)
}

function stated({ values }: Fields, name: string): unknown {
  return values[name] ?? undefined
}

function wrong({ path }: Fields, name: string, problem: string): Error {
  return invalidField(`${path}.${name}`, problem)
}
