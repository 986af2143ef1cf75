import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { played } from './playing.ts'
import { read } from './reading.ts'
import { headerOf } from './response.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each(['json', 'stream'] as const)('an answer of another meaning, as %s', (mode) => {
  it('warns in its headers that the model will go', async () => {
    const { response } = await played(123, 'deprecated', mode)
    expect(headerOf(response, 'warning')).toContain('deprecated')
    expect(headerOf(response, 'sunset')).toBe('Thu, 31 Dec 2026 23:59:59 GMT')
  })

  it('says that the filter did not run', async () => {
    const { response } = await played(124, 'filter-did-not-run', mode)
    expect(response.body.toString()).toContain(
      '"content_filter_result":{"error":{"code":"content_filter_error"',
    )
  })

  it('says why a prompt was blocked, and has no choices', async () => {
    const { response } = await played(124, 'blocked-prompt', mode)
    expect(response.body.toString()).toContain('"promptFeedback":{"blockReason":"SAFETY"}')
    expect(read(response)).toMatchObject({ text: '', finishReason: undefined })
  })

  it.each([
    ['truncated', 2_048],
    ['overflow', 50_000_000],
    ['no-room-left', 7],
  ])('counts the tokens of its prompt: %s', async (variantName, promptTokens) => {
    const { usage } = read((await played(125, variantName, mode)).response)
    expect(usage).toHaveProperty('prompt_tokens', promptTokens)
  })

  it.each([
    ['id-repeated', /^word01 /],
    ['answer-repeated', /^This answers another request\.$/],
  ])('has the id of the answer before it: %s', async (variantName, text) => {
    const { response } = await played(126, variantName, mode)
    expect(response.body.toString()).toContain('"id":"wall-0"')
    expect(read(response).text).toMatch(text)
  })
})
