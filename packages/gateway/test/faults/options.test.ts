import { describe, expect, test } from 'vitest'
import { parseFaultOptions } from './options.ts'

describe('the options of the faults', () => {
  test('are all faults in both modes, unless said otherwise', () => {
    expect(parseFaultOptions([])).toEqual({
      only: undefined,
      modes: ['json', 'stream'],
      pairs: undefined,
      public: false,
      seed: 1,
      table: false,
      help: false,
    })
    expect(parseFaultOptions(['--only', '65,107', '--mode', 'json'])).toMatchObject({
      only: [65, 107],
      modes: ['json'],
    })
    expect(parseFaultOptions(['--pairs', '10', '--seed', '7'])).toMatchObject({ pairs: 10, seed: 7 })
    expect(parseFaultOptions(['--public', '--seed', '7'])).toMatchObject({ public: true, seed: 7 })
  })

  test.for([
    [['--only', '65,'], '--only must be an integer of 1..126, got '],
    [['--only', '127'], '--only must be an integer of 1..126, got 127'],
    [['--mode', 'xml'], '--mode must be json or stream, got xml'],
    [['--pairs', '0'], '--pairs must be an integer of 1..1000000, got 0'],
    [['--seed', 'x'], '--seed must be an integer of 0..'],
    [['--what'], "Unknown option '--what'"],
  ] as const)('%j are refused: %s', ([args, message]) => {
    expect(parseFaultOptions(args)).toContain(message)
  })
})
