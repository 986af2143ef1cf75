/** An object whose undefined members are left out. */
export type WithoutUndefined<T> = {
  readonly [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key]
} & {
  readonly [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}

/** Leaves out members that state nothing, so that they cannot hide a default. */
export function withoutUndefined<T extends object>(object: T): WithoutUndefined<T> {
  const stated = Object.entries(object).filter(([, value]) => value !== undefined)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the filter makes it so
  return Object.fromEntries(stated) as WithoutUndefined<T>
}
