import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { referenceText } from '../../src/wall/index.ts'
import { casesOf, Playing, requestModel, statusAndBodyFaults } from './playing.ts'
import type { Case } from './playing.ts'
import { read } from './reading.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('every fault', () => {
  it.each(statusAndBodyFaults)('comes to the end that the ledger tells: $number, $name', async (fault) => {
    for (const one of casesOf(fault)) {
      const { entry, response, socket } = await new Playing(one).toItsEnd()
      expect(response.status, one.name).toBeGreaterThanOrEqual(200)
      if (response.framing !== 'connection')
        expect(entry.outcome, one.name).toBe(response.whole ? 'whole' : 'cut')
      expect(entry.outcome === 'cut' || response.framing === 'connection', one.name).toBe(
        socket.connection !== 'open',
      )
      expect(entry.bytesSent, one.name).toBe(socket.bytes)
      expect(vi.getTimerCount(), one.name).toBe(0)
    }
  })

  it.each(statusAndBodyFaults)(
    'leaves no timer when its client goes at once: $number, $name',
    async (fault) => {
      for (const one of casesOf(fault)) {
        const { entry, socket } = new Playing(one)
        socket.destroy()
        await vi.advanceTimersByTimeAsync(0)
        expect(entry.outcome, one.name).not.toBe('open')
        expect(vi.getTimerCount(), one.name).toBe(0)
      }
    },
  )
})

const delivering = statusAndBodyFaults.filter((fault) => casesOf(fault).some(isTolerable))
const breaking = statusAndBodyFaults.filter((fault) => casesOf(fault).some(breaksOff))

/** How providers write reasons that callers are told in the words of this format. */
const wordsOf: Readonly<Record<string, readonly string[]>> = {
  stop: ['stop', 'eos_token'],
  content_filter: ['content_filter', 'SAFETY', 'RECITATION'],
}

describe('a fault that is to be tolerated', () => {
  it.each(delivering)('says what the caller must see: $number, $name', async (fault) => {
    for (const one of casesOf(fault).filter(isTolerable)) {
      const {
        text = referenceText,
        finishReason = 'stop',
        refusal = '',
        servedModel = requestModel,
      } = one.expected
      const { response, entry } = await new Playing(one).toItsEnd()
      const toolCallDeltas = one.expected.toolCallDeltas ?? []
      expect(response.status, one.name).toBe(200)
      const answer = read(response)
      expect(wordsOf[finishReason] ?? [finishReason], one.name).toContain(answer.finishReason)
      expect(answer, one.name).toMatchObject({
        text,
        refusal,
        model: servedModel,
        toolCallDeltas,
        errors: [],
      })
      expect(entry.outcome, one.name).toBe('whole')
    }
  })
})

describe('a fault that breaks an answer off', () => {
  it.each(breaking)('delivers a beginning of it before: $number, $name', async (fault) => {
    for (const one of casesOf(fault).filter(breaksOff)) {
      const { text = referenceText, toolCallDeltas = [] } = one.expected
      const { response, entry } = await new Playing(one).toItsEnd()
      const reading = read(response)
      expect(text.startsWith(reading.text), one.name).toBe(true)
      expect(reading.toolCallDeltas, one.name).toEqual(toolCallDeltas)
      expect(reading.text.length + toolCallDeltas.length, one.name).toBeGreaterThan(0)
      expect(entry.tokensBilled, one.name).toBeGreaterThan(0)
    }
  })
})

function isTolerable({ expected }: Case): boolean {
  return expected.action === 'tolerate'
}

function breaksOff({ expected }: Case): boolean {
  return expected.action === 'break-off'
}
