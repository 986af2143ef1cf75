import { describe, expect, test } from 'vitest'
import { attemptsOf, read } from './outcomes.ts'
import { request, scriptedFleet } from './scripted-fleet.ts'

const text = 'one two three four five six'

describe('the beginning of a stream that is held back', () => {
  test.each([{ holdBackTokens: 4 }, { holdBackMs: 2_000 }, { holdBackMs: 2_000, holdBackTokens: 64 }])(
    'is not seen when it is cut: with %j another endpoint answers',
    async (held) => {
      await using fleet = await scriptedFleet({
        bad: { behaviour: { text: 'wrong from the start', cutAfterTokens: 2 } },
        good: { behaviour: { text } },
      })

      const stream = fleet.router.stream(request, held)

      expect(await read(stream)).toMatchObject({ text, error: undefined })
      expect(attemptsOf(await stream.route)).toEqual(['bad incomplete-answer', 'good answered'])
      expect(fleet.router.status()[0]?.signals.lateFailureRate).toBeLessThanOrEqual(0.01)
    },
  )

  test('is delivered in order and whole when it is not', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { text } } })

    for (const held of [
      { holdBackTokens: 3 },
      { holdBackTokens: 64 },
      { holdBackMs: 1 },
      { holdBackMs: 2_000 },
    ]) {
      expect(await read(fleet.router.stream(request, held))).toMatchObject({ text, error: undefined })
    }
  })

  test('is delivered after its time, though nothing more has come', async () => {
    await using fleet = await scriptedFleet({ only: { behaviour: { text, hang: { afterTokens: 2 } } } })

    const stream = fleet.router.stream(request, { holdBackMs: 50 })
    let seen = ''
    for await (const chunk of stream) {
      seen += chunk.choices[0]?.delta.content ?? ''
      if (seen === 'one two ') break
    }

    expect(seen).toBe('one two ')
  })

  test('breaks off as any other once it was delivered', async () => {
    await using fleet = await scriptedFleet({ bad: { behaviour: { text, cutAfterTokens: 4 } }, good: {} })

    expect(await read(fleet.router.stream(request, { holdBackTokens: 2 }))).toMatchObject({
      text: 'one two three four ',
      error: { kind: 'answer-broken' },
    })
  })
})
