// One round of each server under test: saturated JSON and one request at a time, or streams.
import { setTimeout as sleep } from 'node:timers/promises'

import { chunkIntervalMs, requestBody } from './conversation.ts'
import type { Tally } from './load.ts'
import type { Child } from './processes.ts'
import type { Subject } from './subjects.ts'

/** How long the parts of a round take, in milliseconds, and how much load they carry. */
export interface Timing {
  readonly rounds: number
  /** Saturated JSON before the first round, until V8 has compiled what is hot: tens of thousands of requests. */
  readonly warmUpMs: number
  readonly rampMs: number
  readonly jsonMs: number
  readonly soloMs: number
  readonly streamsMs: number
  readonly connections: number
  readonly streams: number
}

/** What one round measured. Processor time is NaN where no process was measured. */
export interface Round extends Answers, Streams {}

/** What one round of whole answers measured. */
export interface Answers extends Saturated, Solo {
  /** `soloP50Ms` less that of the first subject, which is the upstream itself. */
  readonly addedP50Ms: number
}

interface Saturated {
  readonly requestsPerSecond: number
  readonly cpuUsPerRequest: number
  /** Share of one core that the process used while saturated with JSON, 0..1 and above with several threads. */
  readonly busy: number
}

interface Solo {
  readonly soloP50Ms: number
}

export interface Streams {
  readonly chunksPerSecond: number
  readonly cpuUsPerChunk: number
  readonly chunkDelayP50Ms: number
  readonly chunkDelayP99Ms: number
  readonly firstChunkP50Ms: number
}

/** Asks once for JSON and once for a stream; tells what is wrong unless the upstream's answers came through whole. */
export async function faultOf(subject: Subject): Promise<string | undefined> {
  const json = await post(subject, 0)
  if (!json.includes('All is well.')) return `unexpected JSON answer: ${json.slice(0, 400)}`
  const stream = await post(subject, 5)
  const stamps = stream.match(/@\d{11}\.\d{3} /g)?.length
  if (stamps === 5 && stream.trimEnd().endsWith('data: [DONE]')) return undefined
  return `expected 5 stamped chunks and [DONE], got: ${stream.slice(0, 400)}`
}

/** Brings a server to its steady state. */
export async function warmUp(subject: Subject, load: Child, timing: Timing): Promise<void> {
  await measureJson(subject, load, { ...timing, windowMs: timing.warmUpMs })
  await measureStreams(subject, load, { ...timing, streamsMs: timing.warmUpMs / 3 })
}

/** Runs one round of whole answers: each part for all subjects in turn, so that a slow moment of the machine meets them all. */
export async function runAnswers(
  subjects: readonly Subject[],
  load: Child,
  timing: Timing,
): Promise<Answers[]> {
  const saturated = await inTurn(subjects, (subject) => measureSaturated(subject, load, timing))
  const solo = await inTurn(subjects, (subject) => measureSolo(subject, load, timing))
  return subjects.map((_, index) => {
    const parts = { ...partAt(saturated, index), ...partAt(solo, index) }
    return { ...parts, addedP50Ms: parts.soloP50Ms - partAt(solo, 0).soloP50Ms }
  })
}

/** Runs one round of streams, for all subjects in turn. */
export function runStreams(subjects: readonly Subject[], load: Child, timing: Timing): Promise<Streams[]> {
  return inTurn(subjects, (subject) => measureStreams(subject, load, timing))
}

async function inTurn<Part>(
  subjects: readonly Subject[],
  measure: (subject: Subject) => Promise<Part>,
): Promise<Part[]> {
  const parts: Part[] = []
  for (const subject of subjects) parts.push(await measure(subject))
  return parts
}

/** Returns a part that is there. */
export function partAt<Part>(parts: readonly Part[], index: number): Part {
  const part = parts[index]
  if (part === undefined) throw new RangeError(`no part ${index} among ${parts.length}`)
  return part
}

async function measureSaturated(subject: Subject, load: Child, timing: Timing): Promise<Saturated> {
  const json = await measureJson(subject, load, { ...timing, windowMs: timing.jsonMs })
  return {
    requestsPerSecond: (json.requests / json.elapsedMs) * 1000,
    cpuUsPerRequest: json.cpuUs / json.requests,
    busy: json.cpuUs / (json.elapsedMs * 1000),
  }
}

async function measureSolo(subject: Subject, load: Child, timing: Timing): Promise<Solo> {
  const json = await measureJson(subject, load, { ...timing, connections: 1, windowMs: timing.soloMs })
  return { soloP50Ms: json.requestP50Ms }
}

async function measureStreams(subject: Subject, load: Child, timing: Timing): Promise<Streams> {
  const { rampMs, streamsMs } = timing
  const chunks = Math.ceil((2 * rampMs + streamsMs) / chunkIntervalMs)
  const details = { port: subject.port, headers: subject.headers, connections: timing.streams, chunks }
  const { firstChunkP50Ms } = await load.ask<{ firstChunkP50Ms: number }>('streams', details)
  await sleep(rampMs)
  const window = await measureWindow(subject, load, streamsMs)
  await load.ask('close')
  return {
    chunksPerSecond: (window.chunks / window.elapsedMs) * 1000,
    cpuUsPerChunk: window.cpuUs / window.chunks,
    chunkDelayP50Ms: window.chunkDelayP50Ms,
    chunkDelayP99Ms: window.chunkDelayP99Ms,
    firstChunkP50Ms,
  }
}

interface Window extends Tally {
  readonly cpuUs: number
}

async function measureJson(
  subject: Subject,
  load: Child,
  { connections, rampMs, windowMs }: { connections: number; rampMs: number; windowMs: number },
): Promise<Window> {
  await load.ask('json', { port: subject.port, headers: subject.headers, connections })
  await sleep(rampMs)
  const window = await measureWindow(subject, load, windowMs)
  await load.ask('close')
  return window
}

async function measureWindow(subject: Subject, load: Child, windowMs: number): Promise<Window> {
  const [before] = await Promise.all([subject.child?.cpuUs() ?? Number.NaN, load.ask<Tally>('mark')])
  await sleep(windowMs)
  const [after, tally] = await Promise.all([subject.child?.cpuUs() ?? Number.NaN, load.ask<Tally>('mark')])
  return { ...tally, cpuUs: after - before }
}

async function post({ port, headers }: Subject, chunks: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench', ...headers },
    body: requestBody(chunks),
    signal: AbortSignal.timeout(10_000),
  })
  return response.text()
}
