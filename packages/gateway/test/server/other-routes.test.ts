import type { EndpointOptions, SignalsView } from '@nextbest/core'
import { describe, expect, test } from 'vitest'
import { json, question, send } from '../support/client.ts'
import { createFakeRouter, endpoint, errorOf, routeOf } from '../support/fake-router.ts'
import { gatewayFor } from '../support/gateway.ts'

const coder = 'deepseek/deepseek-coder'
const endpoints: readonly EndpointOptions[] = [
  {
    provider: 'northwind',
    model: coder,
    contextTokens: 128_000,
    price: { prompt: 0.5, completion: 1.5, cacheRead: 0.05 },
    quantization: 'fp8',
  },
  {
    provider: 'bluepeak',
    model: coder,
    contextTokens: 32_000,
    maxOutputTokens: 8_192,
    price: { prompt: 0.25, completion: 0.75 },
  },
  {
    provider: 'bluepeak',
    model: 'qwen/qwen-2.5-7b-instruct',
    contextTokens: 32_000,
    price: { prompt: 0, completion: 0 },
  },
]

const signals: SignalsView = {
  successRate: 0.98,
  earlyFailureRate: 0.01,
  lateFailureRate: 0.01,
  samples: 40,
  ttftP50Ms: 300,
  ttftP75Ms: 400,
  ttftP90Ms: 600,
  ttftP99Ms: 1_500,
  tokensPerSecondP50: 80,
  tokensPerSecondP75: 70,
  tokensPerSecondP90: 60,
  tokensPerSecondP99: 40,
  detectMs: 1_000,
  inFlight: 0,
  gatedForMs: 0,
  heldForMs: 0,
}

describe('the list of models', () => {
  test.each(['/v1', '/api/v1'])('under %s has OpenAI’s and OpenRouter’s facts', async (prefix) => {
    const { url } = await gatewayFor({ router: createFakeRouter({ endpoints }) })

    const answer = await send(`${url}${prefix}/models`)

    expect(answer.status).toBe(200)
    expect(answer.headers['x-request-id']).toMatch(/^req-/)
    const list = json(answer) as { readonly data: readonly object[] }
    expect(list).toMatchObject({ object: 'list', total_count: 2, links: { next: null } })
    expect(list.data[0]).toEqual({
      id: coder,
      object: 'model',
      created: 0,
      owned_by: 'deepseek',
      canonical_slug: coder,
      name: coder,
      description: '',
      context_length: 128_000,
      architecture: {
        input_modalities: ['text'],
        output_modalities: ['text'],
        modality: 'text->text',
        tokenizer: 'Other',
        instruct_type: null,
      },
      pricing: { prompt: '0.00000025', completion: '0.00000075', request: '0', image: '0' },
      top_provider: { context_length: 32_000, max_completion_tokens: 8_192, is_moderated: false },
      per_request_limits: null,
      supported_parameters: [
        'frequency_penalty',
        'max_tokens',
        'presence_penalty',
        'seed',
        'stop',
        'temperature',
        'top_p',
      ],
      default_parameters: null,
      supported_voices: null,
      links: { details: `${prefix}/models/${coder}/endpoints` },
    })
  })
})

describe('the endpoints of a model', () => {
  test('have OpenRouter’s facts, and statistics once there are some', async () => {
    const status = [{ endpoint, breaker: 'open', signals } as const]
    const { url } = await gatewayFor({ router: createFakeRouter({ endpoints, status }) })

    const answer = json(await send(`${url}/v1/models/${coder}/endpoints`)) as {
      readonly data: { readonly endpoints: readonly object[] }
    }

    expect(answer.data).toMatchObject({ id: coder, name: coder, created: 0, description: '' })
    expect(answer.data.endpoints[0]).toEqual({
      name: `northwind | ${coder}`,
      model_id: coder,
      model_name: coder,
      provider_name: 'northwind',
      tag: 'northwind',
      quantization: 'fp8',
      context_length: 128_000,
      max_completion_tokens: null,
      max_prompt_tokens: null,
      pricing: {
        prompt: '0.0000005',
        completion: '0.0000015',
        input_cache_read: '0.00000005',
        request: '0',
        image: '0',
      },
      supported_parameters: [
        'temperature',
        'top_p',
        'frequency_penalty',
        'presence_penalty',
        'max_tokens',
        'seed',
        'stop',
      ],
      supports_implicit_caching: true,
      status: -3,
      uptime_last_5m: null,
      uptime_last_30m: 98,
      uptime_last_1d: null,
      latency_last_30m: { p50: 300, p75: 400, p90: 600, p99: 1_500 },
      throughput_last_30m: { p50: 80, p75: 70, p90: 60, p99: 40 },
    })
    expect(answer.data.endpoints[1]).toMatchObject({
      tag: 'bluepeak',
      status: 0,
      uptime_last_30m: null,
      latency_last_30m: null,
      throughput_last_30m: null,
    })
  })

  test('are found whatever routing suffix the model bears, its colon encoded or not', async () => {
    const { url } = await gatewayFor({ router: createFakeRouter({ endpoints }) })

    expect((await send(`${url}/v1/models/${coder}:nitro/endpoints`)).status).toBe(200)
    expect((await send(`${url}/v1/models/${coder}%3Anitro/endpoints`)).status).toBe(200)
  })

  test('of a model that nobody offers are not found', async () => {
    const { url } = await gatewayFor({ router: createFakeRouter({ endpoints }) })

    const answer = await send(`${url}/v1/models/no/such/endpoints`)

    expect(answer.status).toBe(404)
    expect(json(answer)).toMatchObject({
      error: { message: 'no endpoint offers "no/such"', code: 'model_not_found' },
    })
  })

  test.each([
    [{ heldForMs: 1 }, 'closed', -5],
    [{ gatedForMs: 1 }, 'closed', -2],
    [{}, 'half-open', -1],
    [{}, 'closed', 0],
  ] as const)('with %j and a breaker that is %s have the status %i', async (more, breaker, expected) => {
    const status = [{ endpoint, breaker, signals: { ...signals, ...more } }]
    const { url } = await gatewayFor({ router: createFakeRouter({ endpoints, status }) })

    expect(json(await send(`${url}/v1/models/${coder}/endpoints`))).toMatchObject({
      data: { endpoints: [{ status: expected }, {}] },
    })
  })
})

describe('a dry run', () => {
  test('tells the route and sends nothing', async () => {
    const asked: unknown[] = []
    const router = createFakeRouter({
      explain: (request, options) => {
        asked.push(request, options)
        return routeOf({
          callId: '',
          endpoint: undefined,
          provider: undefined,
          attempts: [],
          usage: undefined,
          durationMs: 0,
          firstTokenMs: undefined,
          costNanoUsd: 0,
        })
      },
    })
    const { url } = await gatewayFor({ router })

    const answer = await send(`${url}/v1/route`, {
      method: 'POST',
      body: JSON.stringify({ ...question, provider: { sort: 'price' } }),
    })

    expect(answer.status).toBe(200)
    expect(json(answer)).toEqual({
      object: 'route',
      id: null,
      model: coder,
      endpoint: null,
      provider: null,
      plan: [endpoint],
      ranked: [
        {
          endpoint,
          index_usd: 0.0005,
          probability: 1,
          tier: 0,
          demotion: null,
          parts: {
            success: 0.97,
            early: 0.02,
            late: 0.01,
            answer_usd: 0.0004,
            early_failure_usd: 0.0001,
            late_failure_usd: 0.01,
          },
        },
      ],
      unavailable: [],
      exclusions: [
        { endpoint: `ferrolight:${coder}`, rule: 'context-window', reason: 'needs 40000 of 32000 tokens' },
      ],
      attempts: [],
      duration_ms: 0,
      first_token_ms: null,
      usage: null,
      cost_usd: 0,
    })
    expect(asked).toEqual([question, { preferences: { sort: 'price' } }])
    expect(router.calls).toEqual([])
  })

  test('fails as a call would', async () => {
    const router = createFakeRouter({
      explain: () => {
        throw errorOf({
          kind: 'model-unknown',
          status: 404,
          code: 'model_not_found',
          field: 'model',
          route: undefined,
        })
      },
    })
    const { url } = await gatewayFor({ router, bodyLimitBytes: 1_000 })
    const post = (body: string): ReturnType<typeof send> => send(`${url}/v1/route`, { method: 'POST', body })

    const unknown = await post(JSON.stringify(question))
    expect(unknown.status).toBe(404)
    expect(unknown.headers['x-should-retry']).toBe('false')
    expect(json(unknown)).toMatchObject({ error: { param: 'model', code: 'model_not_found' } })
    expect((await post('{')).status).toBe(400)
    expect((await post('x'.repeat(2_000))).status).toBe(413)
  })
})

describe('the first page', () => {
  test('says what this is and where to point a client', async () => {
    const { url } = await gatewayFor({ router: createFakeRouter({ endpoints }) })

    expect(json(await send(url))).toMatchObject({ name: 'nextbest', base_url: `${url}/v1`, models: 2 })
  })
})

test('a defect of a route tells its caller nothing', async () => {
  const faults: unknown[] = []
  const router = createFakeRouter({
    explain: () => {
      throw new TypeError('Hello')
    },
  })
  const { url } = await gatewayFor({ router, onFault: (error) => faults.push(error) })

  const answer = await send(`${url}/v1/route`, { method: 'POST', body: JSON.stringify(question) })

  expect(answer.status).toBe(500)
  expect(answer.text).not.toContain('Hello')
  expect(faults).toHaveLength(1)
})
