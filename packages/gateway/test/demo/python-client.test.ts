import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createRouter } from 'nextbest'
import { expect, onTestFinished, test } from 'vitest'
import { demoModel } from '../../src/demo/demo-providers.ts'
import { startDemoWorld } from '../../src/demo/demo-world.ts'
import { snippetsFor } from '../../src/demo/snippets.ts'
import { gatewayFor } from '../support/gateway.ts'

const run = promisify(execFile)

/** Where OpenAI's client for Python is kept between runs. */
const library = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'python-openai')

/** Installs the client. Returns why that is not possible, or nothing. */
async function installProblem(): Promise<string | undefined> {
  if (existsSync(join(library, 'openai'))) return undefined
  try {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', library, 'openai'], {
      timeout: 120_000,
    })
    return undefined
  } catch (error) {
    const first = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return `pip could not install the client: ${first}`
  }
}

test(
  'the Python snippet that is printed works with OpenAI’s client',
  { timeout: 180_000 },
  async ({ skip }) => {
    const problem = await installProblem()
    if (problem !== undefined) {
      console.log(`skipped: ${problem}`)
      skip(problem)
    }
    const world = await startDemoWorld(() => 0)
    const router = createRouter({ upstreams: world.upstreams })
    onTestFinished(async () => {
      await router.close()
      await world.close()
    })
    const { url } = await gatewayFor({ router })
    const { python } = snippetsFor({ baseUrl: `${url}/v1`, model: demoModel })
    const streaming = python
      .replace('completion = client', 'stream = client')
      .replace('model=', 'stream=True,\n    model=')
      .replace(/print\(.*$/, 'print("".join(chunk.choices[0].delta.content or "" for chunk in stream))')

    for (const program of [python, streaming]) {
      const { stdout } = await run('python3', ['-c', program], {
        env: { ...process.env, PYTHONPATH: library },
      })
      expect(stdout).toContain('Forty-two')
      expect(stdout.trimEnd()).toMatch(/lasts\.$/)
    }
  },
)
