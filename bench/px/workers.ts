// Spreads runs over threads.
import { Worker } from 'node:worker_threads'

import type { Job } from './jobs.ts'
import type { RunResult } from './metrics.ts'

export interface WorkOptions {
  readonly threads: number
  /** Hears of every run that is done. */
  readonly progress: (done: number, all: number) => void
}

/** Does all jobs and returns their results, in the order of the jobs. */
export async function workOff(
  jobs: readonly Job[],
  { threads, progress }: WorkOptions,
): Promise<readonly RunResult[]> {
  const results: RunResult[] = []
  let next = 0
  let done = 0
  const serve = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let current = 0
      const take = (): void => {
        const job = jobs[next]
        if (job === undefined) return resolve()
        current = next
        next += 1
        worker.postMessage(job, [])
      }
      worker.on('error', reject)
      worker.on('message', (result: RunResult) => {
        results[current] = result
        done += 1
        progress(done, jobs.length)
        take()
      })
      take()
    })
  const workers = Array.from(
    { length: Math.min(threads, jobs.length) },
    () => new Worker(new URL('worker.ts', import.meta.url)),
  )
  try {
    await Promise.all(workers.map(serve))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return results
}
