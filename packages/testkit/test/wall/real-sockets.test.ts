import { connect } from 'node:net'
import { setImmediate as nextLoopTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startWall } from '../../src/wall/index.ts'
import type { Wall, WallEntry } from '../../src/wall/index.ts'
import { casesOf, Playing, statusAndBodyFaults } from './playing.ts'
import type { Case } from './playing.ts'

let wall: Wall
beforeAll(async () => {
  wall = await startWall()
})
afterAll(async () => {
  await wall.close()
})

/** Whether a fault goes on for longer than a client waits here. */
async function isEndless(one: Case): Promise<boolean> {
  vi.useFakeTimers()
  try {
    const playing = new Playing(one)
    await vi.advanceTimersByTimeAsync(1_000)
    return playing.entry.outcome === 'open'
  } finally {
    vi.useRealTimers()
  }
}

/** Meets a fault over a real connection, and may leave it at the first bytes. Returns what the wall noted. */
async function meet(one: Case, leaves: boolean): Promise<WallEntry> {
  const index = wall.ledger.totals.requests
  const body = JSON.stringify({
    model: `fault-${one.fault.number}.${one.variantName}`,
    stream: one.mode === 'stream',
  })
  const socket = connect({ port: wall.port, host: '127.0.0.1' })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => undefined)
  socket.on('data', () => leaves && socket.destroy())
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: wall\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  await until(() => wall.ledger.totals.requests > index && wall.ledger.entries[index]?.outcome !== 'open')
  const entry = wall.ledger.entries[index]
  socket.end()
  await closed
  if (entry === undefined) throw new Error('the wall noted nothing')
  return entry
}

describe('the wall over real sockets', () => {
  it.each(statusAndBodyFaults)('meets each variant and lets go of it: $number, $name', async (fault) => {
    for (const one of casesOf(fault)) {
      const leaves = await isEndless(one)
      const entry = await meet(one, leaves)
      expect(entry.fault, one.name).toBe(fault.number)
      expect(leaves ? ['client-closed'] : ['whole', 'cut'], one.name).toContain(entry.outcome)
    }
    await until(() => wall.openConnections === 0)
    expect(process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap')).toEqual([])
  })
})

/** Lets the sockets and timers work until something holds. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000_000; turn++) {
    if (holds()) return
    await nextLoopTurn()
  }
  throw new Error(`it never came to hold: ${holds.toString()}`)
}
