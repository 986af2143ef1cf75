import { isObject } from './wire-value.ts'

/** How the pieces of an object become one. */
export interface Shape {
  /** Whether a field's strings are joined and its lists appended. Of all others the last value counts. */
  grows(name: string): boolean
  /** Fields that are objects with a shape of their own. */
  readonly objects?: ReadonlyMap<string, Shape>
  /** Fields that are lists whose items come in pieces. */
  readonly lists?: ReadonlyMap<string, ListShape>
}

export interface ListShape {
  readonly item: Shape
  /** Returns by what a piece is known as part of an item: pieces with the same key are one item. */
  keyOf(piece: unknown, items: ReadonlyMap<unknown, FoldedObject>): unknown
}

/** Counts what is kept, in characters. */
export interface Meter {
  /** Adds characters, which may be negative. Throws once the bound is passed. */
  add(characters: number): void
}

/** Characters that a field or an item counts beside its content, so that many empty ones are bounded too. */
const overhead = 16

/** An object that is put together from pieces. A blank value (null, an empty string) never replaces another. */
export class FoldedObject {
  readonly #shape: Shape
  readonly #meter: Meter
  readonly #fields = new Map<string, unknown>()

  constructor(shape: Shape, meter: Meter) {
    this.#shape = shape
    this.#meter = meter
  }

  /** Returns a field as it is so far. */
  get(name: string): unknown {
    return this.#fields.get(name)
  }

  fold(piece: unknown): void {
    if (!isObject(piece)) return
    for (const [name, value] of Object.entries(piece)) {
      if (value === undefined) continue
      if (!this.#fields.has(name)) this.#meter.add(name.length + overhead)
      this.#fields.set(name, this.#folded(name, this.#fields.get(name), value))
    }
  }

  /** Returns the object as it is so far. */
  toObject(): Record<string, unknown> {
    return Object.fromEntries([...this.#fields].map(([name, value]) => [name, plain(value)]))
  }

  #folded(name: string, old: unknown, value: unknown): unknown {
    const shape = this.#shape.objects?.get(name)
    if (shape !== undefined && isObject(value)) return this.#foldedObject(old, value, shape)
    const list = this.#shape.lists?.get(name)
    if (list !== undefined && Array.isArray(value)) return this.#foldedList(old, value, list)
    if (isFolded(old) || (old !== undefined && (value === null || value === ''))) return old
    return this.#shape.grows(name) ? this.#grown(old, value) : this.#replaced(old, value)
  }

  #grown(old: unknown, value: unknown): unknown {
    if (typeof value === 'string' && typeof old === 'string') {
      this.#meter.add(value.length)
      return old + value
    }
    if (!Array.isArray(value) || !Array.isArray(old)) return this.#replaced(old, value)
    for (const item of value) {
      this.#meter.add(overhead + sizeOf(item))
      old.push(item)
    }
    return old
  }

  /** A list is copied, because it may be appended to. */
  #replaced(old: unknown, value: unknown): unknown {
    this.#meter.add(sizeOf(value) - sizeOf(old))
    return Array.isArray(value) ? Array.from<unknown>(value) : value
  }

  #foldedObject(old: unknown, value: unknown, shape: Shape): FoldedObject {
    const folded = old instanceof FoldedObject ? old : new FoldedObject(shape, this.#meter)
    folded.fold(value)
    return folded
  }

  #foldedList(old: unknown, pieces: readonly unknown[], shape: ListShape): FoldedList {
    const folded = old instanceof FoldedList ? old : new FoldedList(shape, this.#meter)
    folded.fold(pieces)
    return folded
  }
}

class FoldedList {
  readonly #shape: ListShape
  readonly #meter: Meter
  readonly #items = new Map<unknown, FoldedObject>()

  constructor(shape: ListShape, meter: Meter) {
    this.#shape = shape
    this.#meter = meter
  }

  fold(pieces: readonly unknown[]): void {
    for (const piece of pieces) {
      const key = this.#shape.keyOf(piece, this.#items)
      let item = this.#items.get(key)
      if (item === undefined) {
        this.#meter.add(overhead)
        item = new FoldedObject(this.#shape.item, this.#meter)
        this.#items.set(key, item)
      }
      item.fold(piece)
    }
  }

  toList(): readonly Record<string, unknown>[] {
    return Array.from(this.#items.values(), (item) => item.toObject())
  }
}

function isFolded(value: unknown): value is FoldedObject | FoldedList {
  return value instanceof FoldedObject || value instanceof FoldedList
}

/** Lists are copied, because ours grow. */
function plain(value: unknown): unknown {
  if (value instanceof FoldedObject) return value.toObject()
  if (value instanceof FoldedList) return value.toList()
  return Array.isArray(value) ? Array.from<unknown>(value) : value
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (!isObject(value)) return 0
  return JSON.stringify(value).length + (Array.isArray(value) ? overhead * value.length : 0)
}
