import { readFileSync } from 'node:fs'
import { startScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import { traceLineOf, TraceReader } from 'nextbest/trace'
import { describe, expect, onTestFinished, test } from 'vitest'
import { worldTrace } from '../../../router/test/replay/known-world.ts'
import { chat } from '../support/client.ts'
import { fileWith, run, start } from '../support/cli.ts'

const config = `upstreams:
  - provider: northwind
    base_url: https://api.northwind.example/v1
    models: [{ model: deepseek/deepseek-coder, context_tokens: 128000, price: { prompt: 0.25, completion: 0.75 } }]
  - provider: ferrolight
    base_url: https://api.ferrolight.example/v1
    models: [{ model: deepseek/deepseek-coder, context_tokens: 128000, price: { prompt: 0.9, completion: 2.7 } }]
`

const azure = `TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:15:51.2224670,879,55
`

/** A trace of a world that is known; its last line has no end. */
async function traceOf(calls: number): Promise<string> {
  const lines: string[] = []
  for await (const batch of worldTrace({ calls, seed: 5, picks: [0.3, 0.5, 0.2] })) {
    lines.push(...batch.flatMap((record) => (record.type === 'demand' ? [] : traceLineOf(record))))
  }
  return lines.join('\n')
}

const trace = await traceOf(400)

describe('replay', () => {
  test('shows what each policy would have come to, in two ways, and how sure that is', async () => {
    const file = fileWith(trace, 'trace.jsonl')

    const { code, stdout, stderr } = await run([
      'replay',
      file,
      '--policy',
      'cheapest-first',
      '--policy',
      'random',
    ])

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n', 1)).toEqual([`${file}: 400 calls over 3 min, 3 endpoints`])
    const [, estimated = '', played = ''] = stdout.split('\n\n')
    const interval = String.raw`\d+\.\d+ \(\d+\.\d+\.\.\d+\.\d+\)`
    const percents = String.raw`\d+\.\d % \(\d+\.\d\.\.\d+\.\d\)`
    expect(estimated).toMatch(
      /^ {2}policy +loss \$\/1k +loss by index +cost \$\/1k +answered +attempts +ttft p50 +p95 +calls +could pick$/m,
    )
    for (const policy of ['logged', 'cheapest-first', 'random']) {
      expect(estimated).toMatch(
        new RegExp(
          `^  ${policy} +${interval}  ${interval} +\\d+\\.\\d+ +${percents} +1\\.\\d{3} +\\d+ ms +\\d+ ms +\\d+ +100\\.0 %$`,
          'm',
        ),
      )
    }
    expect(played).toMatch(
      new RegExp(`^  random +${interval} +[+-]\\d+\\.\\d % \\([+-]\\d+\\.\\d\\.\\.[+-]\\d+\\.\\d\\) `, 'm'),
    )
    expect(stdout).toMatch(
      /\nthe model gives the logged picks a loss of [+-]?\d+\.\d % against what was observed\n$/,
    )
  })

  test('prints the same JSON for the same seed', async () => {
    const file = fileWith(trace, 'trace.jsonl')
    const json = async (seed: string): Promise<unknown> => {
      const { code, stdout } = await run(['replay', file, '--policy', 'balanced', '--seed', seed, '--json'])
      expect(code).toBe(0)
      return JSON.parse(stdout)
    }
    const [one, again, other] = await Promise.all([json('7'), json('7'), json('8')])

    expect(one).toEqual(again)
    expect(one).not.toEqual(other)
    expect(one).toMatchObject({
      seed: 7,
      calls: { played: 400, at_fault: 0, window_ms: 60_000 },
      observed: { success: { value: expect.any(Number) } },
      counterfactual: [
        { policy: 'logged', statistics: { effective_calls: 400, supported: 1 } },
        { policy: 'balanced', statistics: { loss_by_index_usd: { low: expect.any(Number) } } },
      ],
      modelled: [
        { policy: 'logged', bases: { assumed: 0 } },
        {
          policy: 'balanced',
          loss_against_logged: { high: expect.any(Number) },
          statistics: { ttft_p95_ms: {} },
        },
      ],
      lines: { damaged: 0, unknown: 0, dropped: 0 },
    })
  })

  test('judges a policy that a module exports, which may learn', async () => {
    const mine = fileWith(
      `let ended = 0
export const mine = {
  name: 'mine',
  order: (candidates) => ({ endpoints: ended > 5 ? candidates.toReversed() : candidates }),
  observe: (event) => { if (event.type === 'attempt-ended') ended += 1 },
}`,
      'mine.mjs',
    )

    const { code, stdout } = await run(['replay', fileWith(trace, 'trace.jsonl'), '--policy', mine])

    expect(code).toBe(0)
    expect(stdout.match(/^ {2}mine /gm)).toHaveLength(2)
  })

  test('reads a trace whose last line broke off, and says so', async () => {
    const { code, stdout } = await run([
      'replay',
      fileWith(trace.slice(0, -100), 'trace.jsonl'),
      '--policy',
      'random',
    ])

    expect(code).toBe(0)
    expect(stdout).toMatch(/: 399 calls over 3 min, 3 endpoints; 1 broken off\n/)
  })

  test('plays demand alone over endpoints that are given, with what is believed of them', async () => {
    // Enough of it to learn who is fast.
    const rows = Array.from(
      { length: 60 },
      (_, i) => `2023-11-16 18:16:${String(i).padStart(2, '0')}.5,374,44\n`,
    )
    const csv = fileWith(`${azure}${rows.join('')}`, 'azure.csv')
    const priors = fileWith(
      '{"northwind":{"ttft_ms":4000},"ferrolight:deepseek/deepseek-coder":{"ttft_ms":100}}',
      'priors.json',
    )

    const { code, stdout, stderr } = await run([
      'replay', csv, '--endpoints', fileWith(config), '--priors', priors, '--policy', 'cheapest-first', '--policy', 'fastest-first',
    ]) // prettier-ignore

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\S+: 63 calls over 73 s, 2 endpoints; demand only\n\nplayed again/)
    const ttft = (policy: string): number =>
      Number(new RegExp(`^  ${policy} .* (\\d+) ms +\\d+ ms +0\\.0 %$`, 'm').exec(stdout)?.[1])
    expect(ttft('cheapest-first')).toBeGreaterThan(1_000)
    expect(ttft('fastest-first')).toBeLessThan(1_000)
  })

  const t = fileWith(trace, 't.jsonl')
  const csv = fileWith(azure, 'a.csv')
  const offers = ['--endpoints', fileWith(config)]
  const undescribed = trace.split('\n').filter((line) => !line.includes('"type":"endpoint"'))
  const headed = `${trace.split('\n', 1)[0]}\n`
  const exporting = (source: string): readonly string[] => [t, '--policy', fileWith(source, 'a.mjs')]

  test.each([
    ['a file that is not there', ['/no/such/trace'], 'there is no file /no/such/trace'],
    ['a folder', ['/'], '/ cannot be read: EISDIR'],
    ['an empty file', [fileWith('', 'e.jsonl')], ':1: the file is empty; a trace begins with a header'],
    [
      'a wrong line',
      [fileWith(`${headed}{"type":"call"}\n`, 'b.jsonl')],
      ':2: atMs is missing; it must be a number that is finite',
    ],
    [
      'endpoints that are nowhere described',
      [fileWith(undescribed.join('\n'), 'u.jsonl')],
      ': the trace does not describe the endpoint "cheap:author/model"',
    ],
    [
      'a policy that has no name',
      [t, '--policy', 'cheepest'],
      'there is no policy "cheepest"; known are cheapest, balanced, fastest, random, cheapest-first, fastest-first, logged, and modules by their path, e.g. ./mine.mjs',
    ],
    [
      'a module that is not there',
      [t, '--policy', '/no/such.mjs'],
      "the policy /no/such.mjs cannot be loaded: Cannot find module '/no/such.mjs'",
    ],
    [
      'a module without a policy',
      exporting('export const a = 1'),
      'exports no policy: an object with a name and a function order',
    ],
    [
      'a policy that throws',
      exporting('export const a = { name: "a", order() { throw new Error("no\\nidea") } }'),
      'failed: no',
    ],
    [
      'a policy without an order',
      exporting('export const a = { name: "a", order: (list) => list }'),
      'failed: order must return { endpoints: [...] }',
    ],
    [
      'a belief out of its range',
      [t, '--priors', fileWith('{"a":{"late":2}}', 'p.json')],
      'p.json: a.late must be at most 1',
    ],
    [
      'demand without endpoints',
      [csv],
      'a.csv tells of demand only; say who could have served it with --endpoints <config>',
    ],
    [
      'demand without picks',
      [csv, ...offers, '--policy', 'logged'],
      'a.csv tells of demand only, so there are no picks that --policy logged could play',
    ],
    [
      'a model that nobody offers',
      [csv, ...offers, '--model', 'a/b'],
      'no endpoint offers "a/b"; known are deepseek/deepseek-coder',
    ],
    [
      'a wrong line of a CSV',
      [fileWith(`${azure}now,1,1\n`, 'w.csv'), ...offers],
      ':5: TIMESTAMP must look like 2023-11-16 18:15:46.68, got "now"',
    ],
  ] as const)('of %s says in one line what is wrong', async (_, parameters, message) => {
    const { code, stdout, stderr } = await run(['replay', ...parameters])

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n')).toEqual([expect.stringContaining(message), ''])
  })

  test('tells its options and its policies', async () => {
    const { code, stdout } = await run(['replay', '--help'])

    expect(code).toBe(0)
    for (const option of ['--policy', '--seed', '--endpoints', '--priors', '--model', '--json'])
      expect(stdout).toContain(option)
    expect(stdout).toContain(
      'Policies: cheapest, balanced, fastest, random, cheapest-first, fastest-first, logged.',
    )
  })
})

describe('serve with a trace', () => {
  async function served(file: string, text: string): Promise<string> {
    const upstream = await startScriptedUpstream({ behaviour: {} })
    onTestFinished(() => upstream.close())
    const cli = start([
      'serve',
      '--config',
      fileWith(`server: { port: 0 }
trace: { file: ${file} }
upstreams:
  - provider: northwind
    base_url: ${upstream.baseUrl}
    allow_private_network: true
    api_key: canary-key
    models: [{ model: deepseek/deepseek-coder, context_tokens: 128000, price: { prompt: 0.25, completion: 0.75 } }]
`),
    ])
    const [, url = ''] = await cli.saw(/ at (\S+)\/v1\n/)
    for (let i = 0; i < 3; i += 1) {
      await chat(url, { model: 'deepseek/deepseek-coder', messages: [{ role: 'user', content: text }] })
    }
    cli.signal('SIGTERM')
    const { code, stderr } = await cli.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return readFileSync(file, 'utf8')
  }

  test('writes every call by the time it has drained, goes on after a crash, and can be played again', async () => {
    const before = `${trace}\n{"type":"call","atMs":12`
    const file = fileWith(before, 'trace.jsonl')

    const text = await served(file, 'canary-prompt')
    const reader = new TraceReader()
    const records = [...reader.read(text), ...reader.end()]
    const { code, stdout } = await run(['replay', file, '--policy', 'balanced'])

    expect(text.startsWith(before)).toBe(true)
    expect(text).not.toContain('canary')
    expect(reader.counts).toMatchObject({ calls: 403, damaged: 1, dropped: 0 })
    expect(records.findLast((record) => record.type === 'call')).toMatchObject({
      outcome: 'answered',
      attempts: [{ endpoint: 'northwind:deepseek/deepseek-coder', billing: 'billed' }],
    })
    expect(code).toBe(0)
    expect(stdout).toMatch(/: 403 calls over \d+ \w+, 4 endpoints; 1 broken off\n/)
  })

  test('says when the file cannot be written, and does not begin', async () => {
    const { code, stdout, stderr } = await run([
      'serve',
      '--config',
      fileWith(`${config}trace: { file: /no/such/trace.jsonl }\n`),
    ])

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe('the trace /no/such/trace.jsonl cannot be written: ENOENT\n')
  })
})
