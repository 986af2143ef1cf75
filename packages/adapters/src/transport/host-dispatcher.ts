/** Where Node keeps what its own `fetch` sends with; an undici that is loaded writes itself there too. */
const key: unique symbol = Symbol.for('undici.globalDispatcher.1')

/** As it was when this module was loaded; nothing where `fetch` has not been used yet, and Node then makes its own. */
const ofHost: unknown = Reflect.get(globalThis, key)

/** Gives the host's `fetch` back what it sent with before another undici was loaded. */
export function restoreHostDispatcher(): void {
  if (Reflect.get(globalThis, key) !== ofHost) Reflect.set(globalThis, key, ofHost)
}
