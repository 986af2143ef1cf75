import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LearnedCapabilities } from '../../src/signals/learned-capabilities.ts'

const dayMs = 86_400_000
const names = [
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'tools',
  'logprobs',
  'top_logprobs',
  'response_format',
]

describe('learned capabilities', () => {
  test('hold for a day against requests that use the parameter that was refused, and against no others', () => {
    fc.assert(
      fc.property(
        fc.subarray(names, { minLength: 1 }),
        fc.subarray(names),
        fc.nat(2 * dayMs),
        (used, later, afterMs) => {
          const learned = new LearnedCapabilities()
          const [refused = ''] = used
          learned.refused(used, `Unsupported parameter: '${refused}' is not supported with this model.`, 0)

          const expected = later.includes(refused) && afterMs < dayMs ? refused : undefined
          expect(learned.lacking(later, afterMs)).toBe(expected)
        },
      ),
    )
  })

  test('take a parameter only for named where its whole name stands alone', () => {
    const learned = new LearnedCapabilities()
    learned.refused(['logprobs'], 'top_logprobs is not allowed', 0)
    learned.refused(['top_p'], 'unknown field top_probability', 0)
    expect(learned.lacking(['logprobs', 'top_p'], 1)).toBeUndefined()

    learned.refused(['top_p'], 'top_probability and top_p', 0)
    expect(learned.lacking(['logprobs', 'top_p'], 1)).toBe('top_p')
  })

  test('learn nothing from a refusal that names no parameter of the request', () => {
    const learned = new LearnedCapabilities()
    learned.refused(names, 'this model does not support that', 0)

    expect(learned.lacking(names, 1)).toBeUndefined()
  })
})
