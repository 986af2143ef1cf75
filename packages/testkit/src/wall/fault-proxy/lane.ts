import type { Socket } from 'node:net'
import type { Clock, TimerHandle } from '@nextbest/core'
import type { FaultProxySettings, ProxyDirection } from './settings.ts'

/** What lanes ask of their connection. */
export interface LaneHost {
  readonly clock: Clock
  readonly settings: FaultProxySettings
  /** Bytes that may pass in this direction before the connection is cut. */
  roomOf(direction: ProxyDirection): number
  onPassed(direction: ProxyDirection, bytes: number): void
}

export interface LaneParts {
  readonly direction: ProxyDirection
  readonly from: Socket
  readonly to: Socket
  readonly host: LaneHost
}

/** Bytes under way above which the sender is not read any more. */
const mostWaitingBytes = 1_048_576

/** Parts of a second into which a bandwidth divides what passes. */
const slicesPerSecond = 50

/** Bytes under way, or the end of them. */
interface Piece {
  readonly atMs: number
  readonly content: Buffer | 'fin' | 'reset'
}

/** One direction of a connection: what comes from one socket goes to the other, later and slower. */
export class ProxyLane {
  readonly #direction: ProxyDirection
  readonly #from: Socket
  readonly #to: Socket
  readonly #host: LaneHost
  #pieces: Piece[] = []
  #waitingBytes = 0
  /** When what passed last has passed at the bandwidth. */
  #freeAtMs = 0
  #timer: TimerHandle | undefined
  #stopped = false

  constructor({ direction, from, to, host }: LaneParts) {
    this.#direction = direction
    this.#from = from
    this.#to = to
    this.#host = host
    from.on('data', (bytes) => this.#take(bytes))
    from.once('end', () => this.#take('fin'))
    from.on('error', () => this.#take('reset'))
    to.on('drain', () => this.pump())
    to.once('close', () => this.stop())
  }

  /** Passes on what is due, and sees to it that the rest follows. */
  pump(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    for (let next = this.#pieces[0]; next !== undefined && !this.#stopped; next = this.#pieces[0]) {
      const readyAtMs = Math.max(next.atMs, this.#freeAtMs)
      if (readyAtMs > this.#host.clock.nowMs()) {
        this.#timer = this.#host.clock.setTimer(readyAtMs, () => this.pump())
        return
      }
      if (this.#to.writableNeedDrain) return
      this.#pieces.shift()
      if (typeof next.content === 'string') this.#end(next.content)
      else this.#pass(next.atMs, next.content)
    }
  }

  /** Passes nothing on any more; what still comes is read for nothing. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#pieces = []
    this.#waitingBytes = 0
    this.#from.resume()
  }

  #take(content: Piece['content']): void {
    if (this.#stopped) return
    const { clock, settings } = this.#host
    if (typeof content !== 'string') this.#waitingBytes += content.length
    if (this.#waitingBytes > mostWaitingBytes) this.#from.pause()
    this.#pieces.push({ atMs: clock.nowMs() + settings.delayMs, content })
    if (this.#timer === undefined) this.pump()
  }

  #pass(atMs: number, bytes: Buffer): void {
    const { clock, settings } = this.#host
    const slice = Math.max(1, Math.floor(settings.bytesPerSecond / slicesPerSecond))
    const count = Math.min(bytes.length, slice, this.#host.roomOf(this.#direction))
    if (count < bytes.length) this.#pieces.unshift({ atMs, content: bytes.subarray(count) })
    this.#freeAtMs = clock.nowMs() + (count * 1_000) / settings.bytesPerSecond
    this.#waitingBytes -= count
    if (this.#waitingBytes <= mostWaitingBytes) this.#from.resume()
    if (count > 0) this.#to.write(bytes.subarray(0, count))
    this.#host.onPassed(this.#direction, count)
  }

  #end(ending: 'fin' | 'reset'): void {
    if (ending === 'fin') this.#to.end()
    else this.#to.resetAndDestroy()
  }
}
