import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { portOf } from './origin.ts'

/** A port that answers nobody. */
export interface DeadPort {
  readonly port: number
  readonly close: () => Promise<void>
}

/**
 * Takes a port of 127.0.0.1 that refuses connections. The near end of a connection holds it, so that nobody else begins to
 * listen there meanwhile.
 */
export async function openRefusingPort(): Promise<DeadPort> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const near = connect(portOf(server), '127.0.0.1').on('error', () => undefined)
  await Promise.all([once(near, 'connect'), accepted])
  const port = near.localPort ?? 0
  const closed = once(server, 'close')
  server.close()
  return {
    port,
    async close() {
      near.destroy()
      const [far]: Socket[] = await accepted
      far?.destroy()
      await closed
    },
  }
}

/** How long a connection may take that is made at all, in ms; on the loopback it takes less than one. */
const connectMs = 200

/** More connections than wait for a listener that asks for few. */
const mostWaiting = 64

/**
 * Takes a port that swallows connections without a word, as a network does that drops packets: its listener sleeps, and as
 * many connections as it lets wait are waiting already.
 *
 * @param port - 0 takes any.
 * @throws the listening error.
 */
export async function openBlackHole(host: '127.0.0.1' | '::1', port = 0): Promise<DeadPort> {
  const asleep = new Int32Array(new SharedArrayBuffer(4))
  const listener = new Worker(listenAndSleep, { eval: true, workerData: { host, port, asleep } })
  const [taken]: number[] = await once(listener, 'message')
  const waiting: Socket[] = []
  while (waiting.length < mostWaiting) {
    const socket = connect(taken ?? 0, host).on('error', () => undefined)
    waiting.push(socket)
    if (!(await isConnected(socket))) break
  }
  return {
    port: taken ?? 0,
    async close() {
      for (const socket of waiting) socket.destroy()
      Atomics.store(asleep, 0, 1)
      Atomics.notify(asleep, 0)
      await listener.terminate()
    },
  }
}

const listenAndSleep = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { host, port, asleep } = workerData
  const server = require('node:net').createServer()
  server.listen({ host, port, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(asleep, 0, 0)
  })
`

async function isConnected(socket: Socket): Promise<boolean> {
  await Promise.race([once(socket, 'connect'), wait(connectMs)])
  // A loop that is late sees its timers first.
  await turn()
  return !socket.connecting
}
