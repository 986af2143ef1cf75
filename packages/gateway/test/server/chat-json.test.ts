import { describe, expect, test } from 'vitest'
import { chat, json, question } from '../support/client.ts'
import { attemptOf, callId, createFakeRouter, endpoint, routeOf } from '../support/fake-router.ts'
import { gatewayFor } from '../support/gateway.ts'

describe('an answer as a whole', () => {
  test('is OpenAI’s completion with our id, the model asked for, the provider and the cost', async () => {
    const router = createFakeRouter({ onCall: (call) => call.answer() })
    const { url } = await gatewayFor({ router })

    const answer = await chat(url, { ...question, model: 'deepseek/deepseek-coder:floor' })

    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(answer.text)),
      'x-request-id': callId,
      'x-generation-id': callId,
    })
    expect(json(answer)).toEqual({
      id: callId,
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'deepseek/deepseek-coder',
      provider: 'northwind',
      system_fingerprint: null,
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 8,
        completion_tokens: 2,
        total_tokens: 10,
        prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
        cost: 0.0000035,
      },
    })
    expect(router.calls[0]?.request.model).toBe('deepseek/deepseek-coder:floor')
  })

  test('keeps what the provider says beside the counts', async () => {
    const reported = {
      prompt_tokens: 7,
      completion_tokens: 2,
      total_tokens: 9,
      completion_tokens_details: { accepted_prediction_tokens: 1 },
    }
    const router = createFakeRouter({
      onCall: (call) => call.answer({ usage: reported, service_tier: 'flex' }),
    })
    const { url } = await gatewayFor({ router })

    expect(json(await chat(url, question))).toMatchObject({
      service_tier: 'flex',
      usage: {
        prompt_tokens: 8,
        completion_tokens_details: { accepted_prediction_tokens: 1, reasoning_tokens: 0 },
      },
    })
  })

  test('is given under both prefixes', async () => {
    const { url } = await gatewayFor({ router: createFakeRouter({ onCall: (call) => call.answer() }) })

    expect((await chat(`${url}/api`, question)).status).toBe(200)
  })

  test('takes over a request id that is safe, and no other', async () => {
    const { url } = await gatewayFor({ router: createFakeRouter({ onCall: (call) => call.answer() }) })

    expect((await chat(url, question, { 'x-request-id': 'trace:7_a.b-c' })).headers['x-request-id']).toBe(
      'trace:7_a.b-c',
    )
    expect((await chat(url, question, { 'x-request-id': 'two words' })).headers['x-request-id']).toBe(callId)
    expect((await chat(url, question, { 'x-request-id': 'a'.repeat(129) })).headers['x-request-id']).toBe(
      callId,
    )
  })

  test('passes the routing wishes on', async () => {
    const router = createFakeRouter({ onCall: (call) => call.answer() })
    const { url } = await gatewayFor({ router })

    await chat(url, { ...question, provider: { order: ['northwind'], allow_fallbacks: false } })
    await chat(url, question)

    expect(router.calls[0]?.options).toEqual({ preferences: { order: ['northwind'], allowFallbacks: false } })
    expect(router.calls[0]?.request).toEqual(question)
    expect(router.calls[1]?.options).toEqual({})
  })

  test('tells its route to who asks', async () => {
    const { url } = await gatewayFor({ router: createFakeRouter({ onCall: (call) => call.answer() }) })

    const ours = json(await chat(url, question, { 'x-nextbest-route': '1' }))
    const theirs = json(await chat(url, question, { 'x-openrouter-metadata': 'enabled' }))

    expect(ours).toMatchObject({
      nextbest: {
        id: callId,
        endpoint,
        plan: [endpoint],
        ranked: [
          { endpoint, index_usd: 0.0005, probability: 1, parts: { success: 0.97, early: 0.02, late: 0.01 } },
        ],
        exclusions: [{ rule: 'context-window' }],
        attempts: [{ number: 1, endpoint, outcome: 'answered', failure: null, cost_usd: 0.0000035 }],
        duration_ms: 812.4,
        cost_usd: 0.0000035,
      },
    })
    expect(ours).not.toHaveProperty('openrouter_metadata')
    expect(theirs).toMatchObject({
      openrouter_metadata: {
        requested: 'deepseek/deepseek-coder',
        strategy: 'direct',
        region: null,
        attempt: 1,
        endpoints: { total: 1, available: [{ provider: 'northwind', selected: true }] },
        attempts: [{ provider: 'northwind', status: 200 }],
      },
    })
    expect(theirs).not.toHaveProperty('nextbest')
  })

  test('cancels the call when its client goes away', async () => {
    const router = createFakeRouter()
    const { url } = await gatewayFor({ router })
    const abort = new AbortController()

    const answer = fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(question),
      signal: abort.signal,
    })
    const call = await router.call()
    abort.abort()

    await expect(answer).rejects.toThrow('aborted')
    await expect.poll(() => call.log).toEqual(['cancel'])
  })
})

describe('a failure', () => {
  test('is OpenAI’s error with the attempts and exclusions, and stops retries of clients', async () => {
    const failure = { kind: 'server-error', status: 500, message: 'server error' } as const
    const failed = attemptOf({ outcome: 'failed', failure, durationMs: 212.4, firstTokenMs: undefined })
    const route = routeOf({ endpoint: undefined, provider: undefined, attempts: [failed], usage: undefined })
    const { url } = await gatewayFor({ router: createFakeRouter({ onCall: (call) => call.fail({ route }) }) })

    const answer = await chat(url, question, { 'x-nextbest-route': '1' })

    expect(answer.status).toBe(502)
    expect(answer.headers).toMatchObject({
      'x-should-retry': 'false',
      'x-request-id': callId,
      'x-generation-id': callId,
    })
    expect(answer.headers).not.toHaveProperty('retry-after')
    expect(json(answer)).toMatchObject({
      error: {
        message: 'all 3 attempts failed',
        type: 'server_error',
        param: null,
        code: 'provider_unavailable',
        metadata: {
          error_type: 'provider_unavailable',
          attempts: [{ endpoint, outcome: 'failed', kind: 'server-error', status: 500, duration_ms: 212 }],
          exclusions: [{ endpoint: 'ferrolight:deepseek/deepseek-coder', rule: 'context-window' }],
        },
      },
      nextbest: { attempts: [{ failure: { kind: 'server-error', status: 500 } }] },
    })
  })

  test.each([
    ['busy', 2_500, 'true'],
    ['busy', undefined, 'false'],
    ['all-failed', 2_500, 'false'],
    ['no-endpoint', undefined, 'false'],
    ['closed', undefined, undefined],
  ] as const)('that is %s with a delay of %s ms says %s to retries', async (kind, retryAfterMs, advice) => {
    const { url } = await gatewayFor({
      router: createFakeRouter({ onCall: (call) => call.fail({ kind, status: 429, retryAfterMs }) }),
    })

    const { headers } = await chat(url, question)

    expect(headers['x-should-retry']).toBe(advice)
    expect(headers['retry-after']).toBe(retryAfterMs === undefined ? undefined : '3')
    expect(headers['retry-after-ms']).toBe(retryAfterMs === undefined ? undefined : '2500')
  })

  test('that the router throws names the field', async () => {
    const router = createFakeRouter()
    const failing = {
      ...router,
      pipe: () => {
        throw Object.assign(new Error('unused'), routerErrorLike)
      },
    }
    const { url } = await gatewayFor({ router: failing })

    const answer = await chat(url, { model: 'x' })

    expect(answer.status).toBe(400)
    expect(json(answer)).toMatchObject({ error: { param: 'messages', code: 'invalid_request' } })
  })

  test('of the gateway itself tells the caller nothing, and the operator all', async () => {
    const defect = new TypeError('the prompt was Hello')
    const faults: unknown[] = []
    const router = {
      ...createFakeRouter(),
      pipe: () => {
        throw defect
      },
    }
    const { url } = await gatewayFor({ router, onFault: (error) => faults.push(error) })

    const answer = await chat(url, question)

    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('Hello')
    expect(faults).toEqual([defect])
  })
})

const routerErrorLike = {
  '~nextbest': 'router-error',
  kind: 'invalid-request',
  status: 400,
  code: 'invalid_request',
  type: 'invalid_request_error',
  field: 'messages',
}
