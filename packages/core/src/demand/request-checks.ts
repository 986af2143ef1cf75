import { InvalidRequest } from './invalid-request.ts'

/** Throws InvalidRequest when a field's value is wrong. `undefined` and `null` are never asked: they mean absent. */
export type FieldCheck = (field: string, value: unknown) => void

/** Throws what is wrong with a field. Values of text are told by their length only: they may be part of a prompt. */
export function refuse(field: string, requirement: string, value: unknown): never {
  throw new InvalidRequest(field, `must be ${requirement}, got ${described(value)}`)
}

function described(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`
  if (Array.isArray(value)) return `an array of ${value.length} items`
  if (value === null) return 'null'
  return typeof value === 'object' ? 'an object' : typeof value
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function numberIn(minimum: number, maximum: number): FieldCheck {
  return (field, value) => {
    if (typeof value === 'number' && value >= minimum && value <= maximum) return
    refuse(field, `a number in ${minimum}..${maximum}`, value)
  }
}

export function integerIn(minimum: number, maximum: number): FieldCheck {
  return (field, value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return
    refuse(field, `an integer in ${minimum}..${maximum}`, value)
  }
}

export function textUpTo(maxLength: number): FieldCheck {
  return (field, value) => {
    if (typeof value === 'string' && value.length <= maxLength) return
    refuse(field, `a string of at most ${maxLength} characters`, value)
  }
}

export function checkBoolean(field: string, value: unknown): void {
  if (typeof value !== 'boolean') refuse(field, 'true or false', value)
}

export function checkObject(field: string, value: unknown): void {
  if (!isObject(value)) refuse(field, 'an object', value)
}
