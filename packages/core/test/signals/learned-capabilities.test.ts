import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LearnedCapabilities } from '../../src/signals/learned-capabilities.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const refusalOf = (parameter: string) =>
  `Unsupported parameter: '${parameter}' is not supported with this model.`
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
  test('hold for a minute against requests that use the parameter that was refused, and against no others', () => {
    fc.assert(
      fc.property(
        fc.subarray(names, { minLength: 1 }),
        fc.subarray(names),
        fc.nat(2 * minuteMs),
        (used, later, afterMs) => {
          const learned = new LearnedCapabilities()
          const [refused = ''] = used
          learned.refused(used, refusalOf(refused), 0)

          const expected = later.includes(refused) && afterMs < minuteMs ? refused : undefined
          expect(learned.lacking(later, afterMs)).toBe(expected)
        },
      ),
    )
  })

  test('hold eight times as long from refusal to refusal, and never for more than a day', () => {
    const learned = new LearnedCapabilities()
    let nowMs = 0
    for (const minutes of [1, 8, 64, 512, 1_440, 1_440]) {
      learned.refused(['seed'], refusalOf('seed'), nowMs)
      nowMs += minutes * minuteMs
      expect(learned.lacking(['seed'], nowMs - 1)).toBe('seed')
      expect(learned.lacking(['seed'], nowMs)).toBeUndefined()
    }
  })

  test('hear one refusal where several come of requests that were under way together', () => {
    const learned = new LearnedCapabilities()
    for (let atMs = 0; atMs < 2_000; atMs += 100) learned.refused(['seed'], refusalOf('seed'), atMs)

    expect(learned.lacking(['seed'], minuteMs - 1)).toBe('seed')
    expect(learned.lacking(['seed'], minuteMs)).toBeUndefined()
  })

  test('whenever an answer used the parameter, believe no refusal of it for an hour, and begin anew after that', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(60 * minuteMs - 1)), (refusals, echoes) => {
        const learned = new LearnedCapabilities()
        let nowMs = 0
        for (let i = 0; i < refusals; i += 1, nowMs += dayMs)
          learned.refused(['tools'], refusalOf('tools'), nowMs)
        learned.answered(['tools', 'seed'], nowMs)
        for (const echo of echoes) learned.refused(['tools'], refusalOf('tools'), nowMs + echo)
        expect(learned.lacking(['tools'], nowMs)).toBeUndefined()

        nowMs += 60 * minuteMs
        expect(learned.lacking(['tools'], nowMs)).toBeUndefined()
        learned.refused(['tools'], refusalOf('tools'), nowMs)
        expect(learned.lacking(['tools'], nowMs + minuteMs - 1)).toBe('tools')
        expect(learned.lacking(['tools'], nowMs + minuteMs)).toBeUndefined()
      }),
    )
  })

  test('remember 64 parameters at most, and go on with those they know', () => {
    const learned = new LearnedCapabilities()
    const many = Array.from({ length: 70 }, (_, i) => `parameter_${i}`)
    learned.refused(many, many.join(' '), 0)

    expect(many.filter((parameter) => learned.lacking([parameter], 1) !== undefined)).toEqual(
      many.slice(0, 64),
    )
    learned.refused(many, many.join(' '), minuteMs)
    expect(many.filter((parameter) => learned.lacking([parameter], 9 * minuteMs - 1) !== undefined)).toEqual(
      many.slice(0, 64),
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
