import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { chat, chatPath, json, open, question } from '../support/client.ts'
import { callId, chunkOf, createFakeRouter, routeOf, usage } from '../support/fake-router.ts'
import { gatewayFor } from '../support/gateway.ts'

const streamed = { ...question, stream: true }
const head = `{"id":"${callId}","object":"chat.completion.chunk","created":1700000000,"model":"deepseek/deepseek-coder"`
const moreThanSocketsHold = Array.from({ length: 40 }, () => 'x'.repeat(1_000_000))
const usageText =
  '"usage":{"prompt_tokens":8,"completion_tokens":2,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"completion_tokens_details":{"reasoning_tokens":0},"cost":0.0000035}'

afterEach(() => {
  vi.useRealTimers()
})

describe('an answer as a stream', () => {
  test('is exactly these bytes', async () => {
    const router = createFakeRouter({
      onCall: (call) => {
        call.tell('Hi', ' there')
        call.sink.onChunk(
          chunkOf('', { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: null }),
        )
        call.sink.onChunk(
          chunkOf('', { choices: [], usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 } }),
        )
        call.finish()
      },
    })
    const { url } = await gatewayFor({ router })

    const answer = await chat(url, streamed)

    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store',
      'x-accel-buffering': 'no',
      'x-request-id': callId,
      'x-generation-id': callId,
    })
    expect(answer.text).toBe(
      [
        `data: ${head},"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"provider":"northwind"}`,
        `data: ${head},"choices":[{"index":0,"delta":{"content":" there"},"finish_reason":null}],"provider":"northwind"}`,
        `data: ${head},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"provider":"northwind"}`,
        `data: ${head},"provider":"northwind","choices":[{"index":0,"delta":{"content":""},"finish_reason":null}],${usageText}}`,
        'data: [DONE]',
        '',
      ].join('\n\n'),
    )
  })

  test('tells its usage in a chunk without choices to who asks for that', async () => {
    const router = createFakeRouter({
      onCall: (call) => {
        call.tell('Hi')
        call.finish()
      },
    })
    const { url } = await gatewayFor({ router })

    const answer = await chat(
      url,
      { ...streamed, stream_options: { include_usage: true } },
      { 'x-nextbest-route': '1' },
    )
    const last = JSON.parse(answer.text.split('\n\n').at(-3)?.slice('data: '.length) ?? '') as object

    expect(last).toMatchObject({ choices: [], usage: { total_tokens: 10 }, nextbest: { id: callId } })
  })

  test('is plain JSON with its status when it fails before the first chunk', async () => {
    const { url } = await gatewayFor({ router: createFakeRouter({ onCall: (call) => call.fail() }) })

    const answer = await chat(url, streamed)

    expect(answer.status).toBe(502)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(json(answer)).toMatchObject({ error: { code: 'provider_unavailable' } })
  })

  test('ends with one error event and without [DONE] when it breaks off', async () => {
    const router = createFakeRouter({
      onCall: (call) => {
        call.tell('Hi')
        call.fail({
          kind: 'answer-broken',
          message: 'the answer of northwind broke off',
          route: routeOf({ usage }),
        })
      },
    })
    const { url } = await gatewayFor({ router })

    const answer = await chat(url, streamed)
    const events = answer.text.split('\n\n')

    expect(answer.status).toBe(200)
    expect(events).toHaveLength(3)
    expect(answer.text).not.toContain('[DONE]')
    expect(JSON.parse(events[1]?.slice('data: '.length) ?? '')).toMatchObject({
      id: callId,
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'deepseek/deepseek-coder',
      provider: 'northwind',
      error: {
        message: 'the answer of northwind broke off',
        type: 'server_error',
        code: 'provider_unavailable',
      },
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
      usage: { total_tokens: 10 },
    })
  })

  test('cancels the call when its client goes away', async () => {
    const router = createFakeRouter()
    const { url } = await gatewayFor({ router })

    const { sent, answered } = open(`${url}${chatPath}`, { method: 'POST', body: JSON.stringify(streamed) })
    const call = await router.call()
    call.tell('Hi')
    const response = await answered
    response.on('error', () => undefined)
    sent.destroy()

    await expect.poll(() => call.log).toEqual(['cancel'])
  })

  test('is cancelled for a client that has closed its own side: nothing tells it from one that went away', async () => {
    const router = createFakeRouter()
    const { port } = await gatewayFor({ router })
    const body = JSON.stringify(streamed)
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.end(
      `POST ${chatPath} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    const call = await router.call()

    await expect.poll(() => call.log).toEqual(['cancel'])
    expect(await text(socket)).not.toContain('[DONE]')
  })

  test('pauses the call while its client does not read, and resumes it', async () => {
    const router = createFakeRouter()
    const { url } = await gatewayFor({ router })
    const { answered } = open(`${url}${chatPath}`, { method: 'POST', body: JSON.stringify(streamed) })
    const call = await router.call()

    call.tell('Hi')
    const response = await answered
    response.pause()
    call.tell(...moreThanSocketsHold)
    await expect.poll(() => call.log).toEqual(['pause'])
    response.resume()

    await expect.poll(() => call.log).toEqual(['pause', 'resume'])
    call.finish()
  })

  test('is kept alive by a comment after ten silent seconds, and then fails as a stream', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const router = createFakeRouter()
    const { url } = await gatewayFor({ router })

    const { answered } = open(`${url}${chatPath}`, { method: 'POST', body: JSON.stringify(streamed) })
    const call = await router.call()
    vi.advanceTimersByTime(21_000)
    call.fail()
    const response = await answered

    expect(response.statusCode).toBe(200)
    const events = (await text(response)).split('\n\n')
    expect(events.slice(0, 2)).toEqual([': keep-alive', ': keep-alive'])
    expect(events[2]).toContain('"finish_reason":"error"')
    expect(events.slice(3)).toEqual([''])
  })

  test.each([true, false])(
    'is cut when its client has not read for a minute (stream: %s)',
    async (stream) => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
      const router = createFakeRouter()
      const { port } = await gatewayFor({ router })
      const body = JSON.stringify({ ...question, stream })
      const socket = connect(port, '127.0.0.1')
      socket.write(`POST ${chatPath} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
      const call = await router.call()

      if (stream) call.tell(...moreThanSocketsHold)
      else call.answer({ system_fingerprint: moreThanSocketsHold.join('') })
      await once(socket, 'readable')
      vi.advanceTimersByTime(59_000)
      const before = socket.destroyed
      vi.advanceTimersByTime(2_000)
      socket.resume()
      await once(socket, 'close')

      expect(before).toBe(false)
      expect(socket.bytesRead).toBeLessThan(40_000_000)
      expect(call.log).toEqual(stream ? ['pause', 'cancel'] : ['cancel'])
    },
  )
})
