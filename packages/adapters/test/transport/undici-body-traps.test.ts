import { gzipSync } from 'node:zlib'
import { setImmediate as turn } from 'node:timers/promises'
import { Agent, fetch as undiciFetch, Pool } from 'undici'
import { expect, test, vi } from 'vitest'
import { answerBody, attempted, attemptOn, event, upstreamTo } from '../upstream/attempts.ts'
import { barePool, closing, outcomeOf, sendAndWait, sendBare, started, transportTo } from './opened.ts'
import { chunk, chunkedHead, reset, response, serve } from './raw-server.ts'

/** What undici makes of the bodies of answers, and what ours makes of the same ones. */

test('trap U5: a comment is progress to undici, so that a stream of nothing else never times out; an attempt hears nothing of it', async () => {
  const comments = 24
  const server = await started(
    serve((socket) => {
      socket.write(streamHead)
      let left = comments
      const timer = setInterval(() => {
        left--
        if (left > 0) socket.write(chunk(': still there\n\n'))
        else socket.end(chunk(''))
      }, 50)
      socket.once('close', () => clearInterval(timer))
    }),
  )

  // undici would end a silence of 10 ms within 1,000, and this takes longer.
  const bare = sendBare(barePool(server, { bodyTimeout: 10 }))
  const { events } = await attempted(upstreamTo(server), true)

  expect((await bare).match(/still there/g)).toHaveLength(comments - 1)
  expect(events).toEqual(['response 200', 'incomplete'])
})

const streamHead = chunkedHead.replace('200 OK\r\n', '200 OK\r\ncontent-type: text/event-stream\r\n')

test('trap U6: a body that nobody reads holds up its connection in undici; ours leaves none unread, however an attempt ends', async () => {
  const large = 'x'.repeat(1_000_000)
  const blocked = await started(serve((socket) => socket.write(response(large))))
  const pool = barePool(blocked, { connections: 1 })
  const { body } = await pool.request({ method: 'POST', path: '/chat', body: '{}' })
  const second = sendBare(pool)
  for (let time = 0; time < 100; time++) await turn()
  expect([blocked.requests, pool.stats.pending]).toEqual([1, 1])
  await body.dump({ limit: large.length })
  await second
  expect(blocked.requests).toBe(2)

  const bodies = [
    ['status', false, response(large, { status: '500 X' })],
    ['status', false, chunkedHead.replace('200', '503') + chunk('half')],
    ['malformed', false, response(large)],
    ['malformed', false, response(large, { headers: 'content-encoding: gzip\r\n' })],
    ['malformed', true, response(large, { headers: 'content-type: text/html\r\n' })],
    ['malformed', true, response(large, { headers: 'content-type: text/event-stream\r\n' })],
    ['incomplete', true, streamHead + chunk('data: [DONE]\n\n')],
  ] as const
  const server = await started(
    serve((socket, count) => socket.write(bodies[(count - 1) / 2]?.[2] ?? response(answerBody))),
  )
  const dispatch = vi.spyOn(Pool.prototype, 'dispatch')
  const upstream = upstreamTo(server, {
    transport: { connections: 1 },
    limits: { maxAnswerBytes: 10_000, maxEventBytes: 10_000, errorBodyTimeoutMs: 20 },
  })
  for (const [ending, stream] of bodies) {
    expect((await attempted(upstream, stream)).events.at(-1)).toBe(ending)
    expect((await attempted(upstream, false)).events.at(-1)).toBe('answer')
  }
  const { heard, handle } = attemptOn(upstream, true)
  handle.cancel()
  expect((await attempted(upstream, false)).events.at(-1)).toBe('answer')
  expect(heard.events).toEqual([])
  const [own] = dispatch.mock.contexts as Pool[]
  expect(own?.stats).toMatchObject({ running: 0, queued: 0, pending: 0 })
  dispatch.mockRestore()
})

test('trap U8: a body without framing that is cut, even by a reset, is whole to undici; ours judges by meaning', async () => {
  const cuts = [
    (text: string) => serve((socket) => socket.end(text)),
    (text: string) =>
      serve((socket) => {
        socket.write(text)
        setImmediate(() => setImmediate(() => reset(socket)))
      }),
  ]
  for (const cut of cuts) {
    const half = answerBody.slice(0, 40)
    expect(await sendBare(barePool(await started(cut(`${unframed}${half}`))))).toBe(`200 ${half}`)

    const answered = await attempted(upstreamTo(await started(cut(`${unframed}${half}`))), false)
    expect(answered.events).toEqual(['response 200', 'malformed'])
    const streamed = await attempted(
      upstreamTo(await started(cut(unframedStream + event({ content: 'Hel' })))),
      true,
    )
    expect(streamed.events).toEqual(['response 200', 'content', 'batch', 'incomplete'])
  }
})

const unframed = 'HTTP/1.1 200 OK\r\n\r\n'
const unframedStream = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n'

test('trap U9: undici’s fetch carries a prompt to where a redirect points, and takes half a compressed body for a whole one; ours does neither', async () => {
  const away = response('', { status: '307 Away', headers: 'location: /elsewhere\r\n' })
  const startRedirecting = () =>
    started(serve((socket, count) => socket.write(count === 1 ? away : response('followed'))))
  const [followed, told] = [await startRedirecting(), await startRedirecting()]
  const dispatcher = new Agent()
  closing(() => dispatcher.close())
  const init = { method: 'POST', body: 'a prompt', dispatcher }
  const redirected = await undiciFetch(`http://127.0.0.1:${followed.port}/chat`, init)
  expect([await redirected.text(), followed.received.join().match(/a prompt/g)?.length]).toEqual([
    'followed',
    2,
  ])
  expect(outcomeOf(await sendAndWait(transportTo(told)))).toBe('307 ')
  expect(told.requests).toBe(1)

  const zipped = gzipSync(answerBody)
  const half = zipped.subarray(0, -20)
  const server = await started(serve((socket) => socket.end(Buffer.concat([Buffer.from(zippedHead), half]))))
  const text = await (await undiciFetch(`http://127.0.0.1:${server.port}/chat`, init)).text()
  expect([answerBody.startsWith(text), text.length < answerBody.length]).toEqual([true, true])
  const { evidence } = await attempted(upstreamTo(server), false)
  expect(evidence).toEqual({ type: 'malformed', detail: 'the body is compressed' })
})

const zippedHead = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n'

test('trap U10: undici tells a compressed body as it is; ours asks for none and refuses one', async () => {
  const zipped = gzipSync(answerBody)
  const server = await started(
    serve((socket) => socket.end(Buffer.concat([Buffer.from(zippedHead), zipped]))),
  )
  const { body } = await barePool(server).request({ method: 'POST', path: '/chat', body: '{}' })
  expect(Buffer.from(await body.arrayBuffer())).toEqual(zipped)

  const { evidence } = await attempted(upstreamTo(server), false)
  expect(evidence).toEqual({ type: 'malformed', detail: 'the body is compressed' })
  expect(server.received.at(-1)).toContain('accept-encoding: identity\r\n')
})
