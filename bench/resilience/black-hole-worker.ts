// Listens and never accepts: the thread sleeps until it is woken to end. Usage: see black-hole.ts.
import { createServer } from 'node:net'
import { workerData } from 'node:worker_threads'

/** The first cell turns 1 when it listens, the second one when it is to end. */
const { port, gate } = workerData as { readonly port: number; readonly gate: Int32Array }
const server = createServer()
server.listen({ port, host: '127.0.0.1', backlog: 1 }, () => {
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
  Atomics.wait(gate, 1, 0)
  server.close()
})
