// Starts, pins, questions and stops the processes of the benchmark.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** A running process. */
export interface Child {
  /** Asks and waits for the reply; rejects when the process ends or answers with an error. */
  ask<Reply extends object>(kind: string, details?: object): Promise<Reply>
  /** Processor time used so far, user and system, in microseconds. */
  cpuUs(): Promise<number>
  stop(): Promise<void>
}

/** Cores to pin to; undefined when the machine cannot pin. */
export interface Cores {
  /** For the process under test. */
  readonly measured: number
  /** For the upstream and the load generator. */
  readonly harness: number
}

/** Two cores this process may use, or undefined when there is no `taskset` or only one core. */
export function findCores(): Cores | undefined {
  if (process.platform !== 'linux' || spawnSync('taskset', ['-V']).status !== 0) return undefined
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  const allowed = list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
  const [harness, measured] = allowed
  return harness === undefined || measured === undefined ? undefined : { harness, measured }
}

/** Processor time that all cores have spent on anything since the machine started, in microseconds. */
export function machineCpuUs(): number {
  return cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) * 1000, 0)
}

/** What to start. */
export interface Command {
  readonly script: string
  readonly args?: readonly (string | number)[]
  /** Core to pin to, where pinning works. */
  readonly core: number | undefined
}

/** Starts `node script args…` with the meter loaded. */
export function start({ script, args = [], core }: Command): Child {
  const node = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--import',
    meter,
    script,
    ...args.map(String),
  ]
  const [file = '', ...rest] = core === undefined ? node : ['taskset', '-c', String(core), ...node]
  const env = { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' }
  return questioned(spawn(file, rest, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env }), script)
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new TypeError(`no port: ${address}`)
  return address.port
}

/** Waits until something listens on `port`. */
export async function untilListening(port: number, name: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await accepts(port)) return
    await sleep(50)
  }
  throw new Error(`${name}: nothing listens on port ${port} after 10 s`)
}

const meter = new URL('meter.ts', import.meta.url).href

/** Path of a file beside this one. */
export function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

/** Path of a file in an installed package, undefined when there is none. `manifest` finds its package.json. */
export function installed(manifest: () => string, file: string): string | undefined {
  try {
    const path = fileURLToPath(new URL(file, manifest()))
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

function questioned(child: ChildProcess, script: string): Child {
  let asked = 0
  let stderr = ''
  let stopping = false
  child.stderr?.on('data', (text) => {
    stderr = (stderr + String(text)).slice(-2000)
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      if (!stopping) console.error(`${script} ended early (${code ?? signal}): ${stderr}`)
      resolve()
    })
  })
  const ask = <Reply extends object>(kind: string, details: object = {}): Promise<Reply> => {
    asked += 1
    const id = asked
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`${script} has ended`))
      const late = setTimeout(
        () => reject(new Error(`${script}: no reply to ${kind} in 30 s`)),
        30_000,
      ).unref()
      const listen = (reply: Reply & { readonly id: number; readonly error?: string }): void => {
        if (reply.id !== id) return
        child.off('message', listen).off('exit', ended)
        clearTimeout(late)
        if (reply.error === undefined) resolve(reply)
        else reject(new Error(reply.error))
      }
      child.on('message', listen).once('exit', ended)
      child.send({ ...details, id, kind }, (error) => error !== null && reject(error))
    })
  }
  const stop = async (): Promise<void> => {
    stopping = true
    child.kill('SIGTERM')
    const killer = setTimeout(() => child.kill('SIGKILL'), 2000)
    await exited
    clearTimeout(killer)
  }
  return { ask, stop, cpuUs: async () => (await ask<{ cpuUs: number }>('cpu')).cpuUs }
}
