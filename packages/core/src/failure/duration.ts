const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Returns the duration that a text is, in ms: `4.77s`, `6m0s`, `1h2m3.5s`, `350ms`, `12 seconds`; nothing
 * where it is anything else, or anything besides.
 */
export function durationMs(text: string): number | undefined {
  const { totalMs, end } = durationAtStart(text)
  return end === text.length ? totalMs : undefined
}

/** Returns the duration that a text begins with, in ms. The rest of it is ignored. */
export function leadingDurationMs(text: string): number | undefined {
  return durationAtStart(text).totalMs
}

/**
 * Returns a number of decimal digits, with or without a fraction; whitespace around it is ignored. A sign, an
 * exponent or anything else makes it none.
 */
export function plainNumber(text: string | undefined): number | undefined {
  const digits = text?.trim()
  return digits !== undefined && /^\d{1,15}(?:\.\d{1,20})?$/.test(digits) ? Number(digits) : undefined
}

function durationAtStart(text: string): { readonly totalMs: number | undefined; readonly end: number } {
  const part =
    /(\d{1,12}(?:\.\d{1,20})?) ?(ms|milliseconds?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?|d|days?)(?![a-z])/y
  let totalMs: number | undefined
  let end = 0
  for (let found = part.exec(text); found !== null; found = part.exec(text)) {
    const unit = found[2] ?? ''
    const unitMs = unitsMs[unit === 'ms' || unit.startsWith('mil') ? 'ms' : unit.charAt(0)] ?? 0
    totalMs = (totalMs ?? 0) + Number(found[1]) * unitMs
    end = part.lastIndex
  }
  return { totalMs, end }
}
