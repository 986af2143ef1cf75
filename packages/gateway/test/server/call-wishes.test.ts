import { describe, expect, test } from 'vitest'
import { chat, json, question } from '../support/client.ts'
import { createFakeRouter } from '../support/fake-router.ts'
import { gatewayFor } from '../support/gateway.ts'

describe('what a request wishes of its call', () => {
  test('reaches the router, and no provider', async () => {
    const router = createFakeRouter({ onCall: (call) => call.answer() })
    const { url } = await gatewayFor({ router })

    await chat(url, { ...question, nextbest: { continue_broken: true, max_attempts: 2 } })

    expect(router.calls[0]?.options).toEqual({ continueBroken: true, maxAttempts: 2 })
    expect(router.calls[0]?.request).not.toHaveProperty('nextbest')
  })

  test('is refused where it cannot be, before anything is sent', async () => {
    const router = createFakeRouter({ onCall: (call) => call.answer() })
    const { url } = await gatewayFor({ router })

    const answer = await chat(url, { ...question, nextbest: { hold_back_tokens: 65 } })

    expect(answer.status).toBe(400)
    expect(json(answer)).toMatchObject({ error: { param: 'nextbest.hold_back_tokens' } })
    expect(router.calls).toHaveLength(0)
  })

  test('an idempotency key is the caller’s own: another caller’s is another one, and neither holds a key', async () => {
    const router = createFakeRouter({ onCall: (call) => call.answer() })
    const { url } = await gatewayFor({ router })
    for (const caller of ['one', 'one', 'two'])
      await chat(url, question, { 'idempotency-key': 'again', authorization: `Bearer secret-${caller}` })

    const keys = router.calls.map((call) => call.options.idempotencyKey ?? '')
    expect(keys[0]).toMatch(/^[\w-]{43}:again$/)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
    expect(keys.join()).not.toContain('secret')
  })

  test('an idempotency key that is too long is refused', async () => {
    const router = createFakeRouter({ onCall: (call) => call.answer() })
    const { url } = await gatewayFor({ router })

    const answer = await chat(url, question, { 'idempotency-key': 'x'.repeat(201) })

    expect(answer.status).toBe(400)
    expect(json(answer)).toMatchObject({
      error: {
        param: 'idempotency-key',
        message: expect.stringContaining('1 to 200 characters, and has 201'),
      },
    })
  })
})
