#!/usr/bin/env node
import { nodeVersionProblem } from './node-version.ts'

const problem = nodeVersionProblem(process.version)
if (problem === undefined) {
  // The rest uses what older versions of Node do not know, so it is not even loaded before.
  const { run } = await import('./program.ts')
  await run(process.argv)
} else {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}
