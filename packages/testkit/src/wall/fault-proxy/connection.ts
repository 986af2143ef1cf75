import type { Socket } from 'node:net'
import type { Clock } from '@nextbest/core'
import { type LaneHost, ProxyLane } from './lane.ts'
import type { FaultProxySettings, ProxyDirection, ProxyEnding } from './settings.ts'

/** What connections ask of their proxy. */
export interface ProxiedConnectionHost {
  readonly clock: Clock
  readonly settings: FaultProxySettings
  onPassed(direction: ProxyDirection, bytes: number): void
}

/** A connection of a client, and the one to the target that it is passed on to. */
export class ProxiedConnection implements LaneHost {
  readonly #client: Socket
  readonly #target: Socket
  readonly #host: ProxiedConnectionHost
  readonly #lanes: readonly ProxyLane[]
  readonly #passed = { 'to-client': 0, 'to-target': 0 }
  #isCut = false

  constructor(client: Socket, target: Socket, host: ProxiedConnectionHost) {
    this.#client = client
    this.#target = target
    this.#host = host
    this.#lanes = [
      new ProxyLane({ direction: 'to-target', from: client, to: target, host: this }),
      new ProxyLane({ direction: 'to-client', from: target, to: client, host: this }),
    ]
  }

  get clock(): Clock {
    return this.#host.clock
  }

  get settings(): FaultProxySettings {
    return this.#host.settings
  }

  roomOf(direction: ProxyDirection): number {
    const { cutAfterBytes, cutDirection } = this.settings
    return direction === cutDirection ? Math.max(0, cutAfterBytes - this.#passed[direction]) : Infinity
  }

  onPassed(direction: ProxyDirection, bytes: number): void {
    this.#passed[direction] += bytes
    this.#host.onPassed(direction, bytes)
    if (this.roomOf(direction) === 0) this.cut(this.settings.ending)
  }

  /** Ends the connection. */
  cut(ending: ProxyEnding): void {
    if (this.#isCut) return
    this.#isCut = true
    for (const lane of this.#lanes) lane.stop()
    for (const socket of [this.#client, this.#target]) end(socket, ending)
  }

  /** Passes on what is due by now under the present settings. */
  pump(): void {
    for (const lane of this.#lanes) lane.pump()
  }

  destroy(): void {
    this.cut('half-open')
    this.#client.destroy()
    this.#target.destroy()
  }
}

function end(socket: Socket, ending: ProxyEnding): void {
  if (ending === 'fin') socket.end()
  // Behind what was written.
  else if (ending === 'reset') socket.write('', () => socket.resetAndDestroy())
  // Whoever leaves by itself is not kept; the other side does not hear of it.
  else socket.once('end', () => socket.destroy())
}
