import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import { describe, expect, test } from 'vitest'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '..')

async function outputOf(
  example: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run(process.execPath, ['--conditions=@nextbest/source', join(folder, example)], {
    env: { ...process.env, ...environment },
  })
  return stdout
}

/** A provider of the own wire format of example 004. */
async function startOracle(): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((_, response) => response.end(JSON.stringify({ answer: 'know thyself' })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

describe('the example', () => {
  test('001-quick-start prints an answer and where it came from', async () => {
    await using northwind = await startScriptedUpstream({ behaviour: { text: 'forty two' } })
    await using bluepeak = await startScriptedUpstream({ behaviour: { text: 'forty two' } })

    const output = await outputOf('001-quick-start.ts', {
      NORTHWIND_URL: northwind.baseUrl,
      BLUEPEAK_URL: bluepeak.baseUrl,
    })

    expect(output).toMatch(/^forty two from (northwind|bluepeak):deepseek\/deepseek-coder\n$/)
  })

  test('002-streaming prints the chunks and the route', async () => {
    await using northwind = await startScriptedUpstream({ behaviour: { text: 'one two three' } })

    const output = await outputOf('002-streaming.ts', { NORTHWIND_URL: northwind.baseUrl })

    expect(output).toBe('one two three\nfrom northwind:deepseek/deepseek-coder after 1 attempt(s)\n')
  })

  test('003-explain prints the plan, the exclusion and the error that names it', async () => {
    const output = await outputOf('003-explain.ts')

    expect(output).toMatch(/^plan: bluepeak:deepseek\/deepseek-coder\n/)
    expect(output).toMatch(/not northwind:deepseek\/deepseek-coder: .*32,?000/)
    expect(output).toMatch(/404 no-endpoint: no endpoint can serve this request/)
  })

  test('004-own-provider prints the answer of a wire format of its own', async () => {
    const oracle = await startOracle()

    const output = await outputOf('004-own-provider.ts', { ORACLE_URL: oracle.url })

    expect(output).toBe('know thyself\n')
    oracle.close()
  })

  test('005-own-policy prints the plan that its policy draws, and what the caller decides instead', async () => {
    const output = await outputOf('005-own-policy.ts')

    expect(output).toMatch(/^mostly: (\w+), bluepeak, quickstack, northwind\n|^mostly: \w+, \w+, \w+\n/)
    expect(output).toMatch(/the caller decides: bluepeak:deepseek\/deepseek-coder\n$/)
  })
})

test('every example has at most 40 lines of code, and the one with a provider of its own at most 80', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
    const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
    expect(lines.length, name).toBeLessThanOrEqual(name.startsWith('004') ? 80 : 40)
  }
})

test('the quick start of the README is the code of example 001', () => {
  const example = readFileSync(join(folder, '001-quick-start.ts'), 'utf8')
  const region = example.split('// #region quick-start\n')[1]?.split('// #endregion')[0] ?? 'no region'
  const readme = readFileSync(join(folder, '..', 'README.md'), 'utf8')

  expect(readme).toContain(region.replaceAll(', ...local', '').trimEnd())
})
