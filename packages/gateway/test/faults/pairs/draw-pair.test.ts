import { allFaults } from '@nextbest/testkit/wall'
import { expect, test } from 'vitest'
import { drawPair, pairWords } from './draw-pair.ts'

const pairs = Array.from({ length: 500 }, (_, seed) => drawPair(seed, allFaults))

test('a seed gives the same pair each time', () => {
  expect(pairs.slice(0, 20).map(({ seed }) => pairWords(drawPair(seed, allFaults)))).toEqual(
    pairs.slice(0, 20).map(pairWords),
  )
})

test('pairs are met at one place and at two, as JSON and as streams', () => {
  expect(new Set(pairs.map(({ at, mode }) => `${at} ${mode}`)).size).toBe(4)
})

test('both faults of a pair come in its mode, and at one place both answer requests', () => {
  for (const { first, second, mode, at } of pairs) {
    expect([first.mode, second.mode]).toEqual([mode, mode])
    if (at === 'same place') expect([first.variant.at, second.variant.at]).toEqual(['request', 'request'])
  }
})

test('without a fault there is nothing to draw', () => {
  expect(() => drawPair(1, [])).toThrow('there is nothing to draw from')
})
