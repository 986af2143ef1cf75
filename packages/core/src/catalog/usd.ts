const nanoDigits = 9

/** Decimal places of a dollar per million tokens that are whole pico-dollars per token. */
const picoPerMillionDigits = 6

/**
 * Reads an amount of US dollars as whole nano-dollars.
 *
 * @throws RangeError naming `field` when the amount is negative, not a finite decimal number, or not whole in nano-dollars.
 */
export function parseUsd(usd: number | string, field = 'usd'): number {
  return exactInteger(usd, nanoDigits, field)
}

/**
 * Reads US dollars per million tokens as whole pico-dollars per token.
 *
 * @throws RangeError naming `field` when the price is negative, not a finite decimal number, or not whole in pico-dollars.
 */
export function parseUsdPerMillion(usd: number | string, field: string): number {
  return exactInteger(usd, picoPerMillionDigits, field)
}

/**
 * Writes nano-dollars as a decimal number of US dollars, exactly and without trailing zeros: 1,500,000 is `0.0015`.
 *
 * @throws RangeError when the amount is not an integer in 0..2^53 - 1.
 */
export function formatUsd(nanoUsd: number): string {
  if (!Number.isSafeInteger(nanoUsd) || nanoUsd < 0) {
    throw new RangeError(`nanoUsd must be an integer in 0..${Number.MAX_SAFE_INTEGER}, got ${nanoUsd}`)
  }
  const digits = String(nanoUsd).padStart(nanoDigits + 1, '0')
  const fraction = digits.slice(-nanoDigits).replace(/0+$/, '')
  const whole = digits.slice(0, -nanoDigits)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** Moves the decimal point of a number `places` to the right, on its digits, since a float product may be off by one. */
function exactInteger(value: number | string, places: number, field: string): number {
  const match = /^(\d+)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(String(value))
  if (match === null) {
    throw new RangeError(`${field} must be a decimal number of at least 0, got ${shown(value)}`)
  }
  const [, whole = '', fraction = '', exponent = '0'] = match
  const shift = places + Number(exponent) - fraction.length
  const digits = `${whole}${fraction}`
  const kept = shift < 0 ? digits.slice(0, shift) : digits
  const dropped = shift < 0 ? digits.slice(shift) : ''
  if (/[1-9]/.test(dropped)) {
    throw new RangeError(`${field} must have at most ${places} decimal places, got ${shown(value)}`)
  }
  const integer = Number(`${kept === '' ? '0' : kept}e${Math.max(0, shift)}`)
  if (integer > Number.MAX_SAFE_INTEGER) {
    const maximum = Math.floor(Number.MAX_SAFE_INTEGER / 10 ** places)
    throw new RangeError(`${field} must be at most ${maximum}, got ${shown(value)}`)
  }
  return integer
}

function shown(value: number | string): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value)
}
