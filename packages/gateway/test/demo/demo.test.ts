import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { createRouter } from 'nextbest'
import type { Router } from 'nextbest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { faultSchedule } from '../../src/demo/demo-faults.ts'
import { demoModel, demoProviders } from '../../src/demo/demo-providers.ts'
import { startDemoWorld } from '../../src/demo/demo-world.ts'
import { greeting } from '../../src/demo/greeting.ts'
import { realUpstreams } from '../../src/demo/real-providers.ts'
import { snippetsFor, snippetQuestion } from '../../src/demo/snippets.ts'
import { json, send } from '../support/client.ts'
import { gatewayFor } from '../support/gateway.ts'

const messages = [{ role: 'user', content: snippetQuestion }] as const

async function demoRouter(nowMs: () => number): Promise<Router> {
  const world = await startDemoWorld(nowMs)
  const router = createRouter({ upstreams: world.upstreams })
  onTestFinished(async () => {
    await router.close()
    await world.close()
  })
  return router
}

describe('the demo', () => {
  test('has one provider that the index likes best, and that fails on schedule in changing ways', async () => {
    let nowMs = 0
    const router = await demoRouter(() => nowMs)
    const ask = { model: demoModel, messages }
    const order = { preferences: { order: ['northwind'] }, maxAttempts: 1 }

    expect(router.explain(ask).ranked[0]?.endpoint).toBe(`northwind:${demoModel}`)
    const well = await router.chat(ask, order)
    nowMs = faultSchedule.afterMs
    await expect(router.chat(ask, order)).rejects.toThrow('500')
    const rescued = await router.chat(ask, { preferences: { order: ['northwind', 'sparkline'] } })
    nowMs = faultSchedule.afterMs + faultSchedule.forMs
    const recovered = await router.chat(ask, { ...order, maxAttempts: 2 })

    expect(well.route.provider).toBe('northwind')
    expect(rescued.route.attempts[0]?.failure).toMatchObject({ kind: 'rate-limited', status: 429 })
    expect(rescued.route.provider).toBe('sparkline')
    expect(recovered.route.attempts.flatMap((attempt) => attempt.failure ?? [])).toEqual([])
  })

  test('shows exclusions by window and by tools', async () => {
    const router = await demoRouter(() => 0)
    const tools = [{ type: 'function', function: { name: 'f' } }]

    const { exclusions } = router.explain(
      { model: demoModel, messages, tools, max_tokens: 40_000 },
      { preferences: { requireParameters: true } },
    )

    expect(exclusions).toMatchObject([
      { endpoint: `ferrolight:${demoModel}`, rule: 'context-window' },
      { endpoint: `sparkline:${demoModel}`, rule: 'parameters' },
    ])
  })

  test('adds real providers whose keys are set, with models that no make-believe provider serves', () => {
    const invented = new Set(demoProviders.flatMap((provider) => provider.models))

    expect(realUpstreams({})).toEqual([])
    const real = realUpstreams({ GROQ_API_KEY: 'canary', OPENAI_API_KEY: '', MISTRAL_API_KEY: 'canary' })
    expect(real.map(({ provider }) => provider)).toEqual(['groq', 'mistral'])
    for (const { models = [] } of real) for (const { model } of models) expect(invented).not.toContain(model)
    expect(greeting('http://127.0.0.1:8787', real)).not.toContain('canary')
  })
})

describe('the examples that it prints', () => {
  test('are those that work here', async () => {
    const router = await demoRouter(() => 0)
    const { url } = await gatewayFor({ router })
    const { javascript, curl, python } = snippetsFor({ baseUrl: `${url}/v1`, model: demoModel })

    const node = spawn(process.execPath, ['--input-type=module', '-e', javascript], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    })
    const [output, problems] = await Promise.all([text(node.stdout), text(node.stderr)])
    const [, target = '', header = '', body = ''] = /^curl (\S+) -H '([^']+)' -d '([^']+)'$/.exec(curl) ?? []
    const answer = await send(target, {
      method: 'POST',
      headers: { 'content-type': header.split(': ')[1] ?? '' },
      body,
    })

    expect(problems).toBe('')
    expect(output).toContain('Forty-two')
    expect(json(answer)).toMatchObject({
      choices: [{ message: { content: expect.stringContaining('Forty-two') } }],
    })
    expect(python).toContain(`base_url="${url}/v1"`)
    const printed = greeting(url, [])
    for (const snippet of [curl, python, javascript]) {
      for (const line of snippet.split('\n')) expect(printed).toContain(line)
    }
  })
})
