import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { chat, chatPath, json, question, raw, send } from '../support/client.ts'
import { createFakeRouter } from '../support/fake-router.ts'
import { gatewayFor } from '../support/gateway.ts'

const body = JSON.stringify(question)
const answering = (): ReturnType<typeof createFakeRouter> =>
  createFakeRouter({ onCall: (call) => call.answer() })

function post(headers: readonly string[], content: string = body, target: string = chatPath): string {
  return [`POST ${target} HTTP/1.1`, 'connection: close', ...headers, '', content].join('\r\n')
}

describe('a target', () => {
  test.each([
    `http://127.0.0.1${chatPath}`,
    `//evil.example${chatPath}`,
    '/v1/../v1/models',
    '/v1/%2e%2e/models',
    '/v1/models/..',
    '/v1/mod%65ls',
    '/v1/models;a=b',
    '/v1/models%00',
    String.raw`/v1\models`,
    '/v1//models',
    '/V1/models',
    '/v1/chat/completions/',
    '/nothing',
    '*',
  ])('of %s is nothing', async (target) => {
    const { port } = await gatewayFor({ router: answering() })

    const answer = await raw(port, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)

    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    expect(answer).toContain('"code":"route_not_found"')
  })

  test('may have a query, which says nothing', async () => {
    const { url } = await gatewayFor({ router: answering() })

    expect((await send(`${url}${chatPath}?api-version=1`, { method: 'POST', body })).status).toBe(200)
  })

  test.each([
    ['GET', chatPath, 'POST'],
    ['TRACE', chatPath, 'POST'],
    ['POST', '/v1/models', 'GET, HEAD'],
    ['DELETE', '/healthz', 'GET, HEAD'],
    ['GET', '/api/v1/route', 'POST'],
    ['OPTIONS', '/v1/models/a/b/endpoints', 'GET, HEAD'],
  ])('refuses %s %s and names %s', async (method, path, allowed) => {
    const { url } = await gatewayFor({ router: answering() })

    const answer = await send(`${url}${path}`, { method })

    expect(answer.status).toBe(405)
    expect(answer.headers['allow']).toBe(allowed)
    expect(json(answer)).toMatchObject({
      error: { code: 'method_not_allowed', type: 'invalid_request_error' },
    })
  })
})

describe('a head', () => {
  test.each([
    ['two hosts', ['host: x', 'host: y', `content-length: ${body.length}`]],
    ['a host that is none', ['host: x/../y', `content-length: ${body.length}`]],
    [
      'two credentials',
      ['host: x', 'authorization: Bearer a', 'Authorization: Bearer b', `content-length: ${body.length}`],
    ],
    ['two lengths', ['host: x', `content-length: ${body.length}`, 'content-length: 1']],
    ['a length and chunks', ['host: x', `content-length: ${body.length}`, 'transfer-encoding: chunked']],
    ['a space before the colon', ['host : x', `content-length: ${body.length}`]],
  ])('with %s is refused', async (_, headers) => {
    const router = answering()
    const { port } = await gatewayFor({ router })

    expect(await raw(port, post(headers))).toMatch(/^HTTP\/1\.1 400 /)
    expect(router.calls).toEqual([])
  })

  test('that is too large is refused', async () => {
    const { port } = await gatewayFor({ router: answering() })

    expect(await raw(port, post(['host: x', `x-title: ${'a'.repeat(20_000)}`]))).toMatch(/^HTTP\/1\.1 431 /)
  })

  test('may name the app and its page', async () => {
    const { url } = await gatewayFor({ router: answering() })

    const headers = {
      'http-referer': 'https://example.com',
      'x-title': 'An app',
      'x-openrouter-title': 'An app',
    }
    expect((await chat(url, { ...question, provider: null }, headers)).status).toBe(200)
  })

  test('may ask for an upgrade in vain', async () => {
    const { url } = await gatewayFor({ router: answering() })

    expect((await chat(url, question, { connection: 'upgrade', upgrade: 'h2c' })).status).toBe(200)
  })
})

describe('a body', () => {
  test('may be of any content type', async () => {
    const { url } = await gatewayFor({ router: answering() })

    expect((await chat(url, question, { 'content-type': 'text/plain' })).status).toBe(200)
  })

  test('that is encoded is refused', async () => {
    const { url } = await gatewayFor({ router: answering() })

    const answer = await chat(url, question, { 'content-encoding': 'gzip' })

    expect(answer.status).toBe(415)
    expect(json(answer)).toMatchObject({ error: { param: 'content-encoding', code: 'unsupported_encoding' } })
  })

  test('that is larger than the limit by its own account is refused before it comes', async () => {
    const { port } = await gatewayFor({ router: answering(), bodyLimitBytes: 100 })

    const answer = await raw(port, post(['host: x', 'content-length: 101'], ''))

    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('the body is larger than 100 bytes')
  })

  test('that turns out larger than the limit is refused, and its sender cut off a second later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { port } = await gatewayFor({ router: answering(), bodyLimitBytes: 100 })
    const chunk = `40\r\n${'x'.repeat(64)}\r\n`
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST ${chatPath} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk}${chunk}`)

    const [answer] = (await once(socket, 'data')) as [Buffer]
    vi.advanceTimersByTime(1_000)
    await once(socket, 'close')

    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('of exactly the limit is taken', async () => {
    const { url } = await gatewayFor({ router: answering(), bodyLimitBytes: body.length })

    expect((await chat(url, question)).status).toBe(200)
  })

  test('leaves the connection usable after it was refused', async () => {
    const { port } = await gatewayFor({ router: answering(), bodyLimitBytes: 200 })
    const large = 'x'.repeat(300)

    const answers = await raw(
      port,
      `POST ${chatPath} HTTP/1.1\r\nhost: x\r\ncontent-length: 300\r\n\r\n${large}${post(['host: x', `content-length: ${body.length}`])}`,
    )

    expect(answers.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
  })

  test.each([
    ['', 'the body is empty; send a JSON object'],
    ['{"model":', 'the body is not valid JSON: error at position 9 of 9'],
    ['[]', 'the body must be a JSON object'],
    [
      '{"provider":{"max_price":{"prompt":"x"}}}',
      'provider.max_price.prompt must be a number of US dollars, e.g. "0.5"',
    ],
  ])('of %j is refused', async (text, message) => {
    const router = answering()
    const { url } = await gatewayFor({ router })

    const answer = await send(`${url}${chatPath}`, { method: 'POST', body: text })

    expect(answer.status).toBe(400)
    expect(answer.headers).toMatchObject({
      'x-should-retry': 'false',
      'x-request-id': expect.stringMatching(/^req-/),
    })
    expect(json(answer)).toMatchObject({ error: { message, type: 'invalid_request_error' } })
    expect(router.calls).toEqual([])
  })

  test('is asked for only once its head was accepted', async () => {
    const { port } = await gatewayFor({ router: answering(), apiKeys: ['right'] })
    const expecting = (key: string): string =>
      post([
        'host: x',
        `authorization: Bearer ${key}`,
        'expect: 100-continue',
        `content-length: ${body.length}`,
      ])

    expect(await raw(port, expecting('wrong'))).toMatch(/^HTTP\/1\.1 401 /)
    expect(await raw(port, expecting('right'))).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  })
})

describe('a key', () => {
  test.each([
    [{ authorization: 'Bearer second-key' }, 200],
    [{ authorization: 'bearer second-key' }, 200],
    [{ 'x-api-key': 'first-key' }, 200],
    [{ authorization: 'Bearer first-key', 'x-api-key': 'first-key' }, 200],
    [{ authorization: 'Bearer first-key', 'x-api-key': 'second-key' }, 400],
    [{ authorization: 'Bearer wrong' }, 401],
    [{ authorization: 'Basic second-key' }, 401],
    [{ 'x-api-key': '' }, 401],
    [{}, 401],
  ])('presented as %j gives %i', async (headers, status) => {
    const { url } = await gatewayFor({ router: answering(), apiKeys: ['first-key', 'second-key'] })

    const answer = await chat(url, question, headers)

    expect(answer.status).toBe(status)
    expect(answer.text).not.toMatch(/first-key|second-key|wrong/)
  })

  test('is asked for again whenever another one comes, after however many good ones', async () => {
    const { url } = await gatewayFor({ router: answering(), apiKeys: ['key'] })
    const statusFor = async (
      authorization: string,
      more: Readonly<Record<string, string>> = {},
    ): Promise<number> => (await chat(url, question, { authorization, ...more })).status

    for (const spaces of [' ', '  ', '   ', '    ']) expect(await statusFor(`Bearer${spaces}key`)).toBe(200)
    expect(await statusFor('Bearer key')).toBe(200)
    expect(await statusFor('Bearer wrong')).toBe(401)
    expect(await statusFor('Bearer key', { 'x-api-key': 'other' })).toBe(400)
    expect(await statusFor('')).toBe(401)
  })

  test('is wanted on all routes that tell or spend, and not for health', async () => {
    const { url } = await gatewayFor({ router: answering(), apiKeys: ['key'] })

    expect((await send(`${url}/v1/models`)).status).toBe(401)
    expect((await send(`${url}/api/v1/models/a/b/endpoints`)).status).toBe(401)
    expect((await send(`${url}/v1/route`, { method: 'POST', body })).status).toBe(401)
    expect((await send(`${url}/v1/models?api_key=key`)).status).toBe(401)
    expect((await send(`${url}/healthz`)).status).toBe(200)
    expect((await send(`${url}/readyz`)).status).toBe(200)
  })

  test('is not needed without keys, but web pages are refused then', async () => {
    const { url } = await gatewayFor({ router: answering() })

    expect((await chat(url, question, { authorization: 'Bearer anything' })).status).toBe(200)
    expect((await chat(url, question, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await chat(url, question, { 'sec-fetch-site': 'same-origin' })).status).toBe(403)
    expect((await send(`${url}/v1/models`, { headers: { 'sec-fetch-site': 'none' } })).status).toBe(200)
  })
})

test('pipelined requests have one call at a time', async () => {
  const router = createFakeRouter()
  const { port } = await gatewayFor({ router })
  const one = `POST ${chatPath} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`

  const answers = raw(port, `${one}${one}${post(['host: x', `content-length: ${body.length}`])}`)
  const seen: number[] = []
  for (const number of [0, 1, 2]) {
    const call = await router.call(number)
    seen.push(router.calls.length)
    call.answer()
  }

  expect(seen).toEqual([1, 2, 3])
  expect((await answers).match(/HTTP\/1\.1 200/g)).toHaveLength(3)
})
