import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pricingFromUsdPerMillion } from '../../src/catalog/pricing-from-usd.ts'
import { formatUsd, parseUsd } from '../../src/catalog/usd.ts'

describe('pricingFromUsdPerMillion', () => {
  test('reads numbers and decimal strings as the same integers', () => {
    const numbers = { prompt: 0.15, completion: 0.6, cacheRead: 0.0375, requestUsd: 0.005, imageUsd: 1e-7 }
    const strings = {
      prompt: '0.15',
      completion: '0.60',
      cacheRead: '.0375'.padStart(6, '0'),
      requestUsd: '5e-3',
      imageUsd: '1E-7',
    }

    expect(pricingFromUsdPerMillion(numbers)).toEqual({
      promptPicoUsd: 150_000,
      completionPicoUsd: 600_000,
      cacheReadPicoUsd: 37_500,
      requestNanoUsd: 5_000_000,
      imageNanoUsd: 100,
    })
    expect(pricingFromUsdPerMillion(strings)).toEqual(pricingFromUsdPerMillion(numbers))
  })

  test('is exact where a float product is not', () => {
    // 0.57 * 1e6 is 569999.9999999999.
    expect(pricingFromUsdPerMillion({ prompt: 0.57, completion: 0.07 })).toEqual({
      promptPicoUsd: 570_000,
      completionPicoUsd: 70_000,
    })
  })

  test('reads tiers', () => {
    const tiers = [{ abovePromptTokens: 200_000, prompt: 2.5, completion: 15, cacheWrite: 3 }]

    expect(pricingFromUsdPerMillion({ prompt: 1.25, completion: 10, tiers }).tiers).toEqual([
      {
        abovePromptTokens: 200_000,
        promptPicoUsd: 2_500_000,
        completionPicoUsd: 15_000_000,
        cacheWritePicoUsd: 3_000_000,
      },
    ])
  })

  test('reads tiers in any order, one of them above no tokens at all', () => {
    const tiers = [200_000, 0, 100_000].map((above) => ({
      abovePromptTokens: above,
      prompt: 1,
      completion: 1,
    }))
    const read = pricingFromUsdPerMillion({ prompt: 1, completion: 1, tiers }).tiers

    expect(read?.map((tier) => tier.abovePromptTokens)).toEqual([200_000, 0, 100_000])
  })

  test('reads more decimal places than count, whenever those beyond are zeros', () => {
    expect(pricingFromUsdPerMillion({ prompt: '0.15000000', completion: '0.0000000' })).toEqual({
      promptPicoUsd: 150_000,
      completionPicoUsd: 0,
    })
  })

  test.each([
    [{ prompt: -1, completion: 1 }, 'price.prompt must be a decimal number of at least 0, got -1'],
    [
      { prompt: 1, completion: Number.NaN },
      'price.completion must be a decimal number of at least 0, got NaN',
    ],
    [
      { prompt: Infinity, completion: 1 },
      'price.prompt must be a decimal number of at least 0, got Infinity',
    ],
    [{ prompt: '1,5', completion: 1 }, 'price.prompt must be a decimal number of at least 0, got "1,5"'],
    [{ prompt: 0.0000001, completion: 1 }, 'price.prompt must have at most 6 decimal places, got 1e-7'],
    [{ prompt: 1e10, completion: 1 }, 'price.prompt must be at most 9007199254, got 10000000000'],
    [
      { prompt: 1, completion: 1, requestUsd: '0.0000000001' },
      'price.requestUsd must have at most 9 decimal places, got "0.0000000001"',
    ],
    [
      { prompt: 1, completion: 1, imageUsd: -1 },
      'price.imageUsd must be a decimal number of at least 0, got -1',
    ],
    [
      { prompt: 1, completion: 1, cacheRead: -1 },
      'price.cacheRead must be a decimal number of at least 0, got -1',
    ],
    [
      { prompt: 1, completion: 1, cacheWrite: -1 },
      'price.cacheWrite must be a decimal number of at least 0, got -1',
    ],
    [
      {
        prompt: 1,
        completion: 1,
        tiers: [{ abovePromptTokens: 1, prompt: 1, completion: 1, cacheRead: -1 }],
      },
      'price.tiers[0].cacheRead must be a decimal number of at least 0, got -1',
    ],
    [
      { prompt: 1, completion: 1, tiers: [{ abovePromptTokens: 1.5, prompt: 1, completion: 1 }] },
      'price.tiers[0].abovePromptTokens must be an integer of at least 0, got 1.5',
    ],
    [
      { prompt: 1, completion: 1, tiers: [{ abovePromptTokens: 1, prompt: -2, completion: 1 }] },
      'price.tiers[0].prompt must be a decimal number of at least 0, got -2',
    ],
    [
      {
        prompt: 1,
        completion: 1,
        tiers: [
          { abovePromptTokens: 5, prompt: 1, completion: 1 },
          { abovePromptTokens: 5, prompt: 2, completion: 1 },
        ],
      },
      'price.tiers[1].abovePromptTokens must differ from those of the other tiers, got 5',
    ],
  ])('names the field, its bound and its value (%#)', (price, message) => {
    expect(() => pricingFromUsdPerMillion(price)).toThrow(new RangeError(message))
  })
})

describe('parseUsd and formatUsd', () => {
  test.each([
    [0, '0'],
    [1, '0.000000001'],
    [1_500_000, '0.0015'],
    [1_000_000_000, '1'],
    [12_345_678_901, '12.345678901'],
    [Number.MAX_SAFE_INTEGER, '9007199.254740991'],
  ])('writes %i nano-dollars as %s', (nanoUsd, usd) => {
    expect(formatUsd(nanoUsd)).toBe(usd)
  })

  test('read what the other wrote, whenever it is an amount', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (nanoUsd) => {
        expect(parseUsd(formatUsd(nanoUsd))).toBe(nanoUsd)
      }),
    )
  })

  test('read the largest amount, and refuse the next one by the name of its field', () => {
    expect(parseUsd('9007199.254740991')).toBe(Number.MAX_SAFE_INTEGER)
    expect(() => parseUsd('9007199.254740992', 'limit')).toThrow(
      new RangeError('limit must be at most 9007199, got "9007199.254740992"'),
    )
    expect(() => parseUsd(-1)).toThrow(new RangeError('usd must be a decimal number of at least 0, got -1'))
  })

  test('read every float that has at most nine decimal places', () => {
    fc.assert(
      fc.property(fc.nat(1e9), (nanoUsd) => {
        expect(parseUsd(nanoUsd / 1e9)).toBe(nanoUsd)
      }),
    )
  })

  test.each([-1, 0.5, Number.NaN, 2 ** 53])('refuse %d nano-dollars', (nanoUsd) => {
    expect(() => formatUsd(nanoUsd)).toThrow(
      `nanoUsd must be an integer in 0..9007199254740991, got ${nanoUsd}`,
    )
  })

  test('read zero with any exponent, and refuse an exponent without digits', () => {
    expect(parseUsd('0e999')).toBe(0)
    expect(parseUsd('0e-999')).toBe(0)
    expect(() => parseUsd('1e')).toThrow(RangeError)
    expect(() => parseUsd('')).toThrow(RangeError)
  })

  test('never show more than 40 characters of what they refuse', () => {
    expect(() => parseUsd('x'.repeat(1_000), 'limit')).toThrow(
      `limit must be a decimal number of at least 0, got "${'x'.repeat(40)}"`,
    )
  })
})
