import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLineBuffer } from '../../src/log/line-buffer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('writes what came in a short time at once and in order', () => {
  const written: string[] = []
  const lines = createLineBuffer((text) => written.push(text))

  lines.write('one\n')
  lines.write('two\n')
  expect(written).toEqual([])
  vi.advanceTimersByTime(25)
  lines.write('three\n')
  vi.advanceTimersByTime(25)

  expect(written).toEqual(['one\ntwo\n', 'three\n'])
})

test('never keeps more than its bound', () => {
  const written: string[] = []
  const lines = createLineBuffer((text) => written.push(text))

  lines.write('x'.repeat(65_536))

  expect(written).toHaveLength(1)
})

test('writes at once when told to, and leaves no timer', () => {
  const written: string[] = []
  const lines = createLineBuffer((text) => written.push(text))

  lines.write('last\n')
  lines.flush()

  expect(written).toEqual(['last\n'])
  expect(vi.getTimerCount()).toBe(0)
})
