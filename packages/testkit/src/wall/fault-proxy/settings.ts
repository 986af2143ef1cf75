/** Which way bytes go. */
export type ProxyDirection = 'to-client' | 'to-target'

/**
 * How a connection ends. `fin`: in order, on both sides, behind what has passed. `reset`: both sides are reset, behind what has
 * passed. `half-open`: neither side hears of it; nothing passes any more, either way, and both stay open.
 */
export type ProxyEnding = 'fin' | 'reset' | 'half-open'

/** What a fault proxy does to the connections that it passes on. */
export interface FaultProxySettings {
  /**
   * How long each byte is under way, in ms, in each direction. 0..600,000.
   * @defaultValue 0
   */
  readonly delayMs: number
  /**
   * Bytes that pass in a second, in each direction of each connection. 1..Infinity.
   * @defaultValue Infinity
   */
  readonly bytesPerSecond: number
  /**
   * Bytes of a connection that pass in the direction of the cut before the connection ends; with 0 it ends instead of passing the
   * first one. 0..Infinity.
   * @defaultValue Infinity
   */
  readonly cutAfterBytes: number
  /**
   * The direction of the cut.
   * @defaultValue 'to-client'
   */
  readonly cutDirection: ProxyDirection
  /**
   * How a connection ends that is cut.
   * @defaultValue 'fin'
   */
  readonly ending: ProxyEnding
}

/** A proxy that does nothing but pass bytes on. */
export const faultProxyDefaults: FaultProxySettings = Object.freeze({
  delayMs: 0,
  bytesPerSecond: Infinity,
  cutAfterBytes: Infinity,
  cutDirection: 'to-client',
  ending: 'fin',
})

const ranges = [
  ['delayMs', 0, 600_000],
  ['bytesPerSecond', 1, Infinity],
  ['cutAfterBytes', 0, Infinity],
] as const

/**
 * Returns settings with some of them changed.
 *
 * @throws RangeError that names the first number out of its range.
 */
export function changedSettings(
  settings: FaultProxySettings,
  changes: Partial<FaultProxySettings>,
): FaultProxySettings {
  const changed = {
    delayMs: changes.delayMs ?? settings.delayMs,
    bytesPerSecond: changes.bytesPerSecond ?? settings.bytesPerSecond,
    cutAfterBytes: changes.cutAfterBytes ?? settings.cutAfterBytes,
    cutDirection: changes.cutDirection ?? settings.cutDirection,
    ending: changes.ending ?? settings.ending,
  }
  for (const [name, least, most] of ranges) {
    const value = changed[name]
    if (value >= least && value <= most) continue
    throw new RangeError(`${name} must be in ${least}..${most}, got ${value}`)
  }
  return changed
}
