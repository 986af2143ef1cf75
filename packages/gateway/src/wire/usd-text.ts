/** Decimals of a pico-dollar and of a nano-dollar. */
const picoDecimals = 12
const nanoDecimals = 9

/** Returns an amount of pico-dollars as US dollars in decimal digits, e.g. `0.00000027`. Exact, without an exponent. */
export function usdTextOfPico(picoUsd: number): string {
  return usdText(picoUsd, picoDecimals)
}

/** Returns an amount of nano-dollars as US dollars in decimal digits. Exact, without an exponent. */
export function usdTextOfNano(nanoUsd: number): string {
  return usdText(nanoUsd, nanoDecimals)
}

function usdText(amount: number, decimals: number): string {
  const digits = String(Math.round(amount)).padStart(decimals + 1, '0')
  const fraction = digits.slice(-decimals).replace(/0+$/, '')
  const whole = digits.slice(0, -decimals)
  return fraction === '' ? whole : `${whole}.${fraction}`
}
