// A port whose SYNs are not answered, without touching the machine's network: somebody listens and never accepts, and the
// backlog is full.
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/** After how long a connection in the making is taken to be unanswered, in ms: loopback takes a tenth of one. */
const unansweredMs = 250
/** Connections that a backlog of one may take; more, and this kernel answers differently. */
const mostFillers = 16

export interface BlackHole {
  /** Frees the port. */
  close(): Promise<void>
}

/**
 * Makes a port of 127.0.0.1, on which nobody listens, a black hole. Resolves once a SYN has gone unanswered.
 *
 * @throws Error where the kernel answers them all.
 */
export async function startBlackHole(port: number): Promise<BlackHole> {
  const gate = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
  const worker = new Worker(new URL('black-hole-worker.ts', import.meta.url), { workerData: { port, gate } })
  const listening = Atomics.waitAsync(gate, 0, 0)
  await Promise.race([listening.value, failureOf(worker)])
  const fillers: Socket[] = []
  const close = async (): Promise<void> => {
    for (const filler of fillers) filler.destroy()
    const ended = once(worker, 'exit')
    Atomics.store(gate, 1, 1)
    Atomics.notify(gate, 1)
    await ended
  }
  while (fillers.length < mostFillers) {
    const filler = connect(port, '127.0.0.1').on('error', () => undefined)
    fillers.push(filler)
    if (!(await isAnswered(filler))) return { close }
  }
  await close()
  throw new Error(`a full backlog still answers: ${mostFillers} connections were made`)
}

/** A port that is taken, for one. */
async function failureOf(worker: Worker): Promise<never> {
  const [error] = (await once(worker, 'error')) as [Error]
  throw error
}

function isAnswered(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), unansweredMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}
