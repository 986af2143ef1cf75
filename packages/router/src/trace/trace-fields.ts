/** Characters of a value that a message quotes. */
const quotedCharacters = 40

/** Reads the fields of one object of a trace; each fault is a RangeError that names the field, the bound and the value. */
export class TraceFields {
  readonly #fields: object
  readonly #path: string

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new RangeError(`${path === '' ? 'a line' : path} must be an object, got ${shown(value)}`)
    }
    this.#fields = value
    this.#path = path
  }

  /** Whether the field is there. */
  has(name: string): boolean {
    return this.#value(name) !== undefined
  }

  /** Whether the field has that value. */
  is(name: string, value: unknown): boolean {
    return this.#value(name) === value
  }

  /** A finite number of at least `minimum` and at most `maximum`. */
  number(name: string, minimum: number, maximum: number = Number.MAX_VALUE): number {
    const value = this.#value(name)
    if (typeof value === 'number' && value >= minimum && value <= maximum) return value
    throw this.#fault(name, `be a number ${boundsText(minimum, maximum)}`)
  }

  /** A whole number of at least `minimum`. */
  count(name: string, minimum = 0): number {
    const value = this.#value(name)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum) return value
    throw this.#fault(name, `be a whole number of at least ${minimum}`)
  }

  /** Such a number, or nothing where the field is not there. */
  optionalNumber(name: string, minimum: number): number | undefined {
    return this.has(name) ? this.number(name, minimum) : undefined
  }

  optionalCount(name: string, minimum = 0): number | undefined {
    return this.has(name) ? this.count(name, minimum) : undefined
  }

  /** False where the field is not there. */
  flag(name: string): boolean {
    const value = this.#value(name)
    if (value === undefined) return false
    if (typeof value === 'boolean') return value
    throw this.#fault(name, 'be true or false')
  }

  /** A text of 1..`longest` characters. */
  text(name: string, longest: number): string {
    const value = this.#value(name)
    if (typeof value === 'string' && value.length > 0 && value.length <= longest) return value
    throw this.#fault(name, `be a text of 1..${longest} characters`)
  }

  optionalText(name: string, longest: number): string | undefined {
    return this.has(name) ? this.text(name, longest) : undefined
  }

  /** A text of a closed set. */
  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const value = this.#value(name)
    const found = values.find((one) => one === value)
    if (found === undefined) throw this.#fault(name, `be one of ${values.join(', ')}`)
    return found
  }

  /** A list of at most `longest` texts; empty where the field is not there. */
  texts(name: string, longest: number): readonly string[] {
    return this.#list(name, longest).map((item, i) => {
      if (typeof item === 'string' && item.length <= 512) return item
      throw this.#fault(`${name}[${i}]`, 'be a text of at most 512 characters', item)
    })
  }

  /** The object in a field. */
  fields(name: string): TraceFields {
    return new TraceFields(this.#value(name), this.#named(name))
  }

  /** A list of at most `longest` objects; empty where the field is not there. */
  list<Item>(name: string, longest: number, read: (fields: TraceFields) => Item): readonly Item[] {
    return this.#list(name, longest).map((item, i) =>
      read(new TraceFields(item, this.#named(`${name}[${i}]`))),
    )
  }

  #list(name: string, longest: number): readonly unknown[] {
    const value = this.#value(name)
    if (value === undefined) return []
    if (!Array.isArray(value)) throw this.#fault(name, 'be a list')
    if (value.length <= longest) return value
    throw new RangeError(`${this.#named(name)} must have at most ${longest} items, has ${value.length}`)
  }

  #value(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? Reflect.get(this.#fields, name) : undefined
  }

  #named(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }

  #fault(name: string, bound: string, value: unknown = this.#value(name)): RangeError {
    if (value === undefined) return new RangeError(`${this.#named(name)} is missing; it must ${bound}`)
    return new RangeError(`${this.#named(name)} must ${bound}, got ${shown(value)}`)
  }
}

function boundsText(minimum: number, maximum: number): string {
  if (maximum < Number.MAX_VALUE) return `in ${minimum}..${maximum}`
  return minimum > -Number.MAX_VALUE ? `of at least ${minimum}` : 'that is finite'
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > quotedCharacters ? `${text.slice(0, quotedCharacters)}…` : text
}
