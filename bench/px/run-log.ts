// What is written down of a run while it goes: by request, and by provider over time.
import type { Contender } from './contender.ts'
import { lossUsd } from './objective.ts'
import type { Objective } from './objective.ts'
import type { AttemptRecord, Scenario, World } from './testkit.ts'

/** Width of the buckets over time, in ms. */
export const bucketMs = 10_000

export class RunLog {
  readonly scenario: Scenario
  readonly contender: Contender
  readonly objective: Objective
  readonly seed: number
  readonly attempts: AttemptRecord[] = []
  readonly decisionMs: number[] = []
  requests: World['requests'] = []
  providers: World['providers'] = []
  /** By request: ms from its arrival; NaN where nothing came. */
  firstTokenMs: Float64Array = new Float64Array(0)
  durationMs: Float64Array = new Float64Array(0)
  answered: Uint8Array = new Uint8Array(0)
  usd: Float64Array = new Float64Array(0)
  attemptCount: Uint8Array = new Uint8Array(0)

  constructor(options: Pick<RunLog, 'scenario' | 'contender' | 'objective' | 'seed'>) {
    this.scenario = options.scenario
    this.contender = options.contender
    this.objective = options.objective
    this.seed = options.seed
  }

  begin({ requests, providers }: World): void {
    this.requests = requests
    this.providers = providers
    this.firstTokenMs = new Float64Array(requests.length).fill(Number.NaN)
    this.durationMs = new Float64Array(requests.length).fill(Number.NaN)
    this.answered = new Uint8Array(requests.length)
    this.usd = new Float64Array(requests.length)
    this.attemptCount = new Uint8Array(requests.length)
  }

  attemptOver(record: AttemptRecord): void {
    const { request } = record
    this.attempts.push(record)
    this.usd[request] = (this.usd[request] ?? 0) + record.billedUsd
    this.attemptCount[request] = (this.attemptCount[request] ?? 0) + 1
  }

  content(request: number, nowMs: number): void {
    if (Number.isNaN(this.firstTokenMs[request]))
      this.firstTokenMs[request] = nowMs - this.arrivedAtMs(request)
  }

  ended(request: number, nowMs: number, answered: boolean): void {
    this.durationMs[request] = nowMs - this.arrivedAtMs(request)
    this.answered[request] = answered ? 1 : 0
  }

  decided(ms: number): void {
    this.decisionMs.push(ms)
  }

  arrivedAtMs(request: number): number {
    return this.requests[request]?.arrivesAtMs ?? Number.NaN
  }

  /** Loss of one request, in US dollars. */
  lossUsdOf(request: number): number {
    return lossUsd(
      {
        usd: this.usd[request] ?? 0,
        durationMs: this.durationMs[request] ?? 0,
        answered: this.answered[request] === 1,
      },
      this.objective,
    )
  }
}
