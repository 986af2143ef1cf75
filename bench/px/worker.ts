// Runs what the main thread sends, one after the other, in a thread of its own.
import { parentPort } from 'node:worker_threads'

import { contenders } from './contenders.ts'
import type { Job } from './jobs.ts'
import { metricsOf } from './metrics.ts'
import { objectives } from './objective.ts'
import { run } from './simulation.ts'
import { scenarios } from './testkit.ts'

parentPort?.on('message', (job: Job) => {
  void work(job).then((result) => parentPort?.postMessage(result, []))
})

async function work(job: Job) {
  const scenario = scenarios.find(({ name }) => name === job.scenario)
  const contender = contenders.find(({ name }) => name === job.policy)
  const objective = objectives.find(({ name }) => name === job.objective)
  if (scenario === undefined || contender === undefined || objective === undefined) {
    throw new Error(`there is no ${job.scenario}, ${job.policy} or ${job.objective}`)
  }
  return metricsOf(await run({ scenario, contender, objective, seed: job.seed }))
}
