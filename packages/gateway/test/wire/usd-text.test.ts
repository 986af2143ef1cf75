import fc from 'fast-check'
import { expect, test } from 'vitest'
import { usdTextOfNano, usdTextOfPico } from '../../src/wire/usd-text.ts'

test.each([
  [0, '0'],
  [1, '0.000000000001'],
  [250_000, '0.00000025'],
  [1_500_000_000_000, '1.5'],
  [2_000_000_000_000, '2'],
])('%i pico-dollars are %s', (pico, text) => {
  expect(usdTextOfPico(pico)).toBe(text)
})

test('an amount is exact and has no exponent, whatever it is', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (nano) => {
      const text = usdTextOfNano(nano)

      expect(text).toMatch(/^\d+(?:\.\d*[1-9])?$/)
      const [whole = '', fraction = ''] = text.split('.')
      expect(BigInt(whole + fraction.padEnd(9, '0'))).toBe(BigInt(nano))
    }),
  )
})
