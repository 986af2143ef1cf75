// What does nextbest cost? Direct, a bare pass-through, our gateway and Portkey's in one run, in interleaved rounds;
// then the embedded router and the decision alone. Prints medians, ranges, and ratios beside their bars.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

import { CommandLine } from '../command-line.ts'
import type { DecisionCost } from './decision.ts'
import type { EmbeddedCost } from './embedded.ts'
import {
  beside,
  findCores,
  freePort,
  installed,
  machineCpuUs,
  start,
  untilListening,
  type Child,
  type Cores,
} from './processes.ts'
import { ratioLines, type Results } from './ratios.ts'
import { printReport } from './report.ts'
import { faultOf, partAt, runAnswers, runStreams, warmUp, type Round, type Timing } from './rounds.ts'
import { bare, direct, gateway, portkey, type Place, type Subject } from './subjects.ts'

const thorough: Timing = {
  rounds: 9,
  warmUpMs: 6000,
  rampMs: 200,
  jsonMs: 800,
  soloMs: 400,
  streamsMs: 1200,
  connections: 64,
  streams: 100,
}
const quick: Timing = {
  ...thorough,
  rounds: 3,
  warmUpMs: 2500,
  rampMs: 150,
  jsonMs: 500,
  soloMs: 250,
  streamsMs: 700,
}

const usage = `What does nextbest cost?

  --quick       a minute instead of three and a half, fewer and shorter rounds
  --json FILE   every round, as numbers`

const { given } = new CommandLine(usage, {
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
})
const timing = given.quick ? quick : thorough
const children: Child[] = []
const folder = await mkdtemp(join(tmpdir(), 'nextbest-bench-'))
try {
  const results = await measureAll()
  const ratios = ratioLines(results)
  printReport(results, ratios)
  if (given.json !== undefined)
    await writeFile(given.json, `${JSON.stringify({ ...results, ratios }, null, 2)}\n`)
} finally {
  await Promise.all(children.map((child) => child.stop()))
  await rm(folder, { recursive: true })
}

async function measureAll(): Promise<Results> {
  const cores = findCores()
  const upstreamPort = await freePort()
  keep(start({ script: beside('upstream.ts'), args: [upstreamPort], core: cores?.harness }))
  const load = keep(start({ script: beside('load.ts'), core: cores?.harness }))
  await untilListening(upstreamPort, 'upstream')
  const place = { upstreamPort, core: cores?.measured, folder }
  const { subjects, missing } = await startSubjects(place)
  const others = await othersShare()
  const servers = await measureServers(subjects, load)
  const othersBusy = await others()
  progress('embedded')
  const embedded = await measureEmbedded(place)
  progress('decisions')
  const decisions = await measureDecisions(cores)
  return { machine: machine(cores), othersBusy, timing, missing, servers, embedded, decisions }
}

async function startSubjects(place: Place): Promise<{ subjects: Subject[]; missing: string[] }> {
  const subjects = [direct(place)]
  const missing: string[] = []
  for (const [name, starting] of Object.entries({ bare, gateway, portkey })) {
    const subject = await starting(place)
    if (subject?.child !== undefined) keep(subject.child)
    const fault = subject === undefined ? 'not built or not installed' : await faultOf(subject)
    if (subject !== undefined && fault === undefined) subjects.push(subject)
    else missing.push(`${name}: left out, ${fault}`)
  }
  return { subjects, missing }
}

/** Streams have rounds of their own: what V8 collects after a second of saturated JSON would delay their chunks. */
async function measureServers(subjects: readonly Subject[], load: Child): Promise<Record<string, Round[]>> {
  for (const subject of subjects) {
    progress(`warming up ${subject.name}`)
    await warmUp(subject, load, timing)
  }
  const answers = await inRounds('answers', () => runAnswers(subjects, load, timing))
  const streams = await inRounds('streams', () => runStreams(subjects, load, timing))
  return Object.fromEntries(
    subjects.map(({ name }, index) => [
      name,
      answers.map((round, at) => ({ ...partAt(round, index), ...partAt(partAt(streams, at), index) })),
    ]),
  )
}

async function inRounds<Part>(what: string, run: () => Promise<Part>): Promise<Part[]> {
  const rounds: Part[] = []
  for (let round = 1; round <= timing.rounds; round += 1) {
    progress(`${what}, round ${round} of ${timing.rounds}`)
    rounds.push(await run())
  }
  return rounds
}

async function measureEmbedded({ upstreamPort, core }: Place): Promise<Record<string, EmbeddedCost[]>> {
  const costs: Record<string, EmbeddedCost[]> = {}
  const router =
    installed(() => import.meta.resolve('nextbest/package.json'), 'dist/index.js') === undefined
      ? []
      : ['router']
  const clients = ['undici', ...router].map((client) => ({
    client,
    child: keep(start({ script: beside('embedded.ts'), args: [client, upstreamPort], core })),
  }))
  const calls = (child: Child, windowMs: number): Promise<EmbeddedCost> =>
    child.ask('calls', { windowMs, concurrency: 16 })
  for (const { child } of clients) await calls(child, timing.warmUpMs)
  for (let round = 1; round <= timing.rounds; round += 1) {
    for (const { client, child } of clients) (costs[client] ??= []).push(await calls(child, timing.jsonMs))
  }
  return costs
}

async function measureDecisions(cores: Cores | undefined): Promise<Record<string, DecisionCost>> {
  const costs: Record<string, DecisionCost> = {}
  for (const endpoints of [5, 30, 300, 3000]) {
    const child = keep(start({ script: beside('decision.ts'), core: cores?.measured }))
    costs[endpoints] = await child.ask<DecisionCost>('decisions', {
      endpoints,
      batches: given.quick ? 21 : 101,
    })
    await child.stop()
  }
  return costs
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}

function keep(child: Child): Child {
  children.push(child)
  return child
}

/** Returns a function that tells which share of the machine other processes have used since, 0..1. */
async function othersShare(): Promise<() => Promise<number>> {
  const sinceMs = performance.now()
  const before = machineCpuUs() - (await ourCpuUs())
  return async () => {
    const othersUs = machineCpuUs() - (await ourCpuUs()) - before
    return Math.max(0, othersUs / ((performance.now() - sinceMs) * 1000 * cpus().length))
  }
}

async function ourCpuUs(): Promise<number> {
  const { user, system } = process.cpuUsage()
  const used = await Promise.all(children.map((child) => child.cpuUs()))
  return used.reduce((sum, us) => sum + us, user + system)
}

function machine(cores: Cores | undefined): Results['machine'] {
  const all = cpus()
  return {
    node: process.version,
    cpu: all[0]?.model ?? 'unknown',
    cores: all.length,
    pinned: cores !== undefined,
  }
}
