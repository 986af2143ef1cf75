import { constants, type ServerHttp2Stream } from 'node:http2'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  barePool,
  bareTls,
  outcomeOf,
  send,
  sendAndWait,
  sendBare,
  startedSecure,
  tls,
  transportTo,
} from './opened.ts'

/** What HTTP/2 brings along: undici speaks it unless told otherwise, ours only where it is asked to. */

const answer = (stream: ServerHttp2Stream): void => {
  if (stream.destroyed) return
  stream.respond({ ':status': 200 })
  stream.end('hello')
}

/** A server that does something once it holds so many streams, and answers the others. */
const startedFaulty = (fault: (streams: readonly ServerHttp2Stream[]) => void) => {
  const held: ServerHttp2Stream[] = []
  return startedSecure(
    (stream) => {
      if (held.length >= together) {
        answer(stream)
        return
      }
      held.push(stream)
      if (held.length === together) fault(held)
    },
    (_incoming, outgoing) => outgoing.end('hello'),
  )
}

const together = 20
const many = <Result>(start: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: together }, start))

test('trap U1: undici speaks HTTP/2 wherever it is offered; ours only where it was asked to', async () => {
  const server = await startedSecure(
    (stream) => {
      stream.respond({ ':status': 200 })
      stream.end('2.0')
    },
    ({ httpVersion }, outgoing) => outgoing.end(httpVersion),
  )

  expect(await sendBare(barePool(server, bareTls))).toBe('200 2.0')
  expect((await sendAndWait(transportTo(server, tls))).body).toBe('1.1')
  expect((await sendAndWait(transportTo(server, { ...tls, http2: true }))).body).toBe('2.0')
})

test('trap U2: a connection of HTTP/2 that is lost ends every exchange on it; ours by default has one on each', async () => {
  const lose = async () => {
    const server = await startedFaulty(() => server.sockets[0]?.resetAndDestroy())
    return server
  }
  const bare = barePool(await lose(), { ...bareTls, connections: 1 })
  expect(new Set(await many(() => sendBare(bare)))).toEqual(new Set(['ECONNRESET']))

  const asked = transportTo(await lose(), { ...tls, http2: true, connections: 1 })
  const lost = await many(() => sendAndWait(asked))
  expect(new Set(lost.map(outcomeOf))).toEqual(new Set(['ECONNRESET']))
  expect(lost.map(({ events, unseen }) => [events, unseen])).toEqual(lost.map(() => [['failure'], false]))
  expect(outcomeOf(await sendAndWait(asked))).toBe('200 hello')

  const server = await startedSecure(
    () => undefined,
    () => {
      requests++
      if (requests === together) server.sockets[0]?.resetAndDestroy()
    },
  )
  let requests = 0
  const transport = transportTo(server, tls)
  const exchanges = Array.from({ length: together }, () => send(transport))
  const first = await Promise.race(exchanges.map(({ recorder }) => recorder.over.then(() => recorder)))
  await turn()
  expect(outcomeOf(first)).toBe('ECONNRESET')
  expect(exchanges.filter(({ recorder }) => recorder.events.length > 0)).toHaveLength(1)
  expect(server.sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(together - 1)
})

describe('with HTTP/2, where it was asked for', () => {
  const { NGHTTP2_NO_ERROR, NGHTTP2_INTERNAL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_REFUSED_STREAM } =
    constants
  const goAway = (code: number) => (streams: readonly ServerHttp2Stream[]) => {
    streams[0]?.session?.goaway(code)
    for (const stream of streams) answer(stream)
  }
  const resetFirst = (code: number) => (streams: readonly ServerHttp2Stream[]) => {
    streams[0]?.close(code)
    for (const stream of streams.slice(1)) answer(stream)
  }
  const [all, none] = [together, 0]

  test.each([
    ['a GOAWAY without an error lets all that run end', goAway(NGHTTP2_NO_ERROR), none],
    ['a GOAWAY with an error fails all that run', goAway(NGHTTP2_INTERNAL_ERROR), all],
    ['a GOAWAY for calm fails all that run', goAway(NGHTTP2_ENHANCE_YOUR_CALM), all],
    ['a stream reset with an error fails alone', resetFirst(NGHTTP2_INTERNAL_ERROR), 1],
    ['a stream reset for calm fails alone', resetFirst(NGHTTP2_ENHANCE_YOUR_CALM), 1],
    ['a refused stream, which nobody has processed, is sent again', resetFirst(NGHTTP2_REFUSED_STREAM), none],
  ])('%s; each is told once, and the next is answered', async (_name, fault, failures) => {
    const bare = barePool(await startedFaulty(fault), { ...bareTls, connections: 1 })
    const outcomes = await many(() => sendBare(bare))
    expect(outcomes.filter((outcome) => outcome !== '200 hello')).toHaveLength(failures)
    expect(await sendBare(bare)).toBe('200 hello')

    const transport = transportTo(await startedFaulty(fault), { ...tls, http2: true, connections: 1 })
    const recorders = await many(() => sendAndWait(transport))
    const failed = recorders.filter((recorder) => outcomeOf(recorder) !== '200 hello')
    expect(failed.map(({ events, unseen }) => [events, unseen])).toEqual(
      Array.from({ length: failures }, () => [['failure'], false]),
    )
    expect(outcomeOf(await sendAndWait(transport))).toBe('200 hello')
  })

  test.each([
    ['all that had come', 0],
    ['the first only', 1],
  ])(
    'a GOAWAY within a burst, after which the server goes on with %s, leaves none behind',
    async (_name, last) => {
      const startBurst = () =>
        startedSecure(
          (stream, count) => {
            if (count === 3) stream.session?.goaway(NGHTTP2_NO_ERROR, last)
            const isGone = last !== 0 && count > 1 && count <= atOnce
            if (!isGone) setImmediate(() => answer(stream))
          },
          undefined,
          { maxConcurrentStreams: atOnce },
        )
      const atOnce = 5
      const [server, ours] = [await startBurst(), await startBurst()]
      const bare = barePool(server, { ...bareTls, connections: 1 })
      expect(new Set(await many(() => sendBare(bare)))).toEqual(new Set(['200 hello']))

      const transport = transportTo(ours, { ...tls, http2: true, connections: 1 })
      const recorders = await many(() => sendAndWait(transport))
      expect(new Set(recorders.map(outcomeOf))).toEqual(new Set(['200 hello']))
      expect([server.sockets.length, ours.sockets.length]).toEqual([2, 2])
    },
  )
})
