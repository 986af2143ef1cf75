import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '@nextbest/core'
import { ProxiedConnection, type ProxiedConnectionHost } from './fault-proxy/connection.ts'
import {
  changedSettings,
  faultProxyDefaults,
  type FaultProxySettings,
  type ProxyDirection,
  type ProxyEnding,
} from './fault-proxy/settings.ts'
import { portOf } from './origins/origin.ts'
import { systemClock } from './system-clock.ts'

export interface FaultProxyOptions extends Partial<FaultProxySettings> {
  /** Where connections are passed on to. Host by default: 127.0.0.1. */
  readonly target: { readonly port: number; readonly host?: string }
  /** Port on 127.0.0.1. 0..65,535. Default: 0, any that is free. */
  readonly port?: number
  /** Default: the system's. */
  readonly clock?: Clock
}

/** A network of one's own between a client and a server: it delays, slows down and cuts what it passes on. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number
  /** As they are now. */
  readonly settings: FaultProxySettings
  /** Connections accepted so far. */
  readonly connections: number
  /** Connections of clients that are open now. */
  readonly openConnections: number
  /** Bytes passed on so far. */
  readonly passedBytes: Readonly<Record<ProxyDirection, number>>
  /**
   * Changes settings, for open connections too: bytes under way keep their delay, and a connection of which more has passed than the new
   * cut allows ends at its next byte.
   *
   * @throws RangeError that names the first number out of its range; nothing is changed then.
   */
  set(settings: Partial<FaultProxySettings>): void
  /** Ends every open connection now. Default: as the settings say. */
  cut(ending?: ProxyEnding): void
  /** Destroys every connection and stops listening. May be called again. */
  close(): Promise<void>
}

/**
 * Starts a proxy for TCP that passes connections on to a target and does to them what its settings say.
 *
 * ```ts
 * await using proxy = await startFaultProxy({ target: wall, delayMs: 40, bytesPerSecond: 20_000 })
 * proxy.set({ cutAfterBytes: 700, ending: 'reset' })
 * ```
 *
 * @throws RangeError that names the first number out of its range.
 * @throws the listening error when the port is taken.
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new RunningProxy(options)
  await proxy.listen(options.port ?? 0)
  return proxy
}

class RunningProxy implements FaultProxy, ProxiedConnectionHost {
  readonly clock: Clock
  readonly passedBytes: Record<ProxyDirection, number> = { 'to-client': 0, 'to-target': 0 }
  connections = 0
  #settings: FaultProxySettings
  readonly #target: FaultProxyOptions['target']
  readonly #server: Server = createServer({ allowHalfOpen: true }, (client) => this.#take(client))
  readonly #open = new Map<Socket, ProxiedConnection>()

  constructor(options: FaultProxyOptions) {
    this.#target = options.target
    this.clock = options.clock ?? systemClock
    this.#settings = changedSettings(faultProxyDefaults, options)
  }

  get port(): number {
    return portOf(this.#server)
  }

  get settings(): FaultProxySettings {
    return this.#settings
  }

  get openConnections(): number {
    return this.#open.size
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  set(settings: Partial<FaultProxySettings>): void {
    this.#settings = changedSettings(this.#settings, settings)
    for (const connection of this.#open.values()) connection.pump()
  }

  cut(ending: ProxyEnding = this.#settings.ending): void {
    for (const connection of this.#open.values()) connection.cut(ending)
  }

  onPassed(direction: ProxyDirection, bytes: number): void {
    this.passedBytes[direction] += bytes
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    for (const connection of this.#open.values()) connection.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #take(client: Socket): void {
    const { port, host = '127.0.0.1' } = this.#target
    this.connections++
    const target = connect({ port, host, allowHalfOpen: true })
    for (const socket of [client, target]) socket.setNoDelay(true)
    this.#open.set(client, new ProxiedConnection(client, target, this))
    client.once('close', () => this.#open.delete(client))
  }
}
