import { readFileSync } from 'node:fs'
import { startScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import type { ScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chat, json, question } from '../support/client.ts'
import { fileWith, run, start } from '../support/cli.ts'
import { createFakeRouter } from '../support/fake-router.ts'
import { gatewayFor } from '../support/gateway.ts'

const example = new URL('../../nextbest.example.yaml', import.meta.url).pathname

const twoEndpoints = `upstreams:
  - provider: northwind
    base_url: https://api.northwind.example/v1
    models: [{ model: deepseek/deepseek-coder, context_tokens: 128000, price: { prompt: 0.25, completion: 0.75 } }]
  - provider: ferrolight
    base_url: https://api.ferrolight.example/v1
    models: [{ model: deepseek/deepseek-coder, context_tokens: 1000, price: { prompt: 0.9, completion: 2.7 } }]
`

function configFor(upstream: ScriptedUpstream): string {
  return fileWith(`server: { port: 0 }
upstreams:
  - provider: northwind
    base_url: ${upstream.baseUrl}
    allow_private_network: true
    api_key: \${NORTHWIND_KEY}
    models: [{ model: deepseek/deepseek-coder, context_tokens: 128000, price: { prompt: 0.25, completion: 0.75 } }]
`)
}

async function upstreamFor(
  behaviour: Parameters<typeof startScriptedUpstream>[0] = {},
): Promise<ScriptedUpstream> {
  const upstream = await startScriptedUpstream(behaviour)
  onTestFinished(() => upstream.close())
  return upstream
}

describe('nextbest', () => {
  test('tells its version and its commands', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      readonly version: string
    }

    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
    const help = await run(['--help'])
    expect(help.code).toBe(0)
    for (const command of ['serve', 'demo', 'explain', 'replay', 'check-config'])
      expect(help.stdout).toContain(command)
  })

  test('refuses what it does not know, and says where to look', async () => {
    const { code, stderr } = await run(['sevre'])

    expect(code).toBe(1)
    expect(stderr).toContain("unknown command 'sevre'")
    expect(stderr).toContain('nextbest --help')
  })
})

describe('check-config', () => {
  test('says that a file is ok, and what it holds', async () => {
    const { code, stdout } = await run(['check-config', example])

    expect(code).toBe(0)
    expect(stdout).toBe(`${example} is ok: 3 models, 4 endpoints, 4 providers\n`)
  })

  test('tells each problem with its place', async () => {
    const file = fileWith('server: { port: 99999 }\n')

    const { code, stdout, stderr } = await run(['check-config', file])

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `${file}:1:1: upstreams is missing\n${file}:1:17: server.port must be at most 65535, and is 99999\n`,
    )
  })

  test('finds what only the router can know', async () => {
    const { code, stderr } = await run([
      'check-config',
      fileWith(twoEndpoints.replace('ferrolight', 'northwind')),
    ])

    expect(code).toBe(1)
    expect(stderr).toContain('"northwind" is listed twice')
    expect(stderr).not.toContain('    at ')
  })

  test('says when there is no file', async () => {
    expect(await run(['check-config', '/no/such/file.yaml'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'there is no file /no/such/file.yaml\n',
    })
  })
})

describe('explain', () => {
  test('shows who would be tried, and who not, and why', async () => {
    const parameters = [
      'explain',
      '--config',
      fileWith(twoEndpoints),
      '--model',
      'deepseek/deepseek-coder',
      '--prompt',
      'word '.repeat(2_000),
    ]

    const { code, stdout } = await run(parameters)

    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^deepseek\/deepseek-coder would be tried in this order: northwind:deepseek\/deepseek-coder\n/,
    )
    expect(stdout).toMatch(/^ {2}endpoint +index \$ +p +a +b +s \$ +first$/m)
    expect(stdout).toMatch(
      /^ {2}northwind:deepseek\/deepseek-coder +0\.\d{7} +0\.\d{3} +0\.\d{3} +0\.\d{3} +0\.\d{7} +100\.0 %$/m,
    )
    expect(stdout).toMatch(/^excluded:\n {2}ferrolight:deepseek\/deepseek-coder +context-window +.*1000$/m)
  })

  test('takes a request from a file and prints JSON', async () => {
    const request = fileWith(
      JSON.stringify({ ...question, provider: { ignore: ['northwind'] } }),
      'request.json',
    )

    const { code, stdout } = await run(['explain', '-c', fileWith(twoEndpoints), '-r', request, '--json'])

    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      plan: ['ferrolight:deepseek/deepseek-coder'],
      exclusions: [{ endpoint: 'northwind:deepseek/deepseek-coder', rule: 'ignore' }],
    })
  })

  test.each([
    [['--model', 'no/such', '--prompt', 'Hi'], 'no endpoint offers "no/such"'],
    [['--model', 'deepseek/deepseek-coder'], 'say what to route'],
    [
      ['--request', fileWith('{"model":', 'request.json')],
      'the body is not valid JSON: error at position 9 of 9',
    ],
  ])('of %j says what is wrong', async (parameters, message) => {
    const { code, stderr } = await run(['explain', '-c', fileWith(twoEndpoints), ...parameters])

    expect(code).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
  })
})

describe('serve', () => {
  test('serves until it is told to stop, with one line for each call', async () => {
    const upstream = await upstreamFor({ apiKey: 'canary-key' })
    const cli = start(['serve', '--config', configFor(upstream)], { NORTHWIND_KEY: 'canary-key' })
    const [, url = ''] = await cli.saw(/nextbest serves 1 model, 1 endpoint, 1 provider at (\S+)\/v1\n/)

    const answer = await chat(url, {
      model: 'deepseek/deepseek-coder',
      messages: [{ role: 'user', content: 'canary-prompt' }],
    })
    await cli.saw(
      /^\d\d:\d\d:\d\d deepseek\/deepseek-coder -> northwind:deepseek\/deepseek-coder {2}\d+ \+ 16 tokens {2}\d+ ms {2}\$0\.\d+$/m,
    )
    cli.signal('SIGTERM')
    const { code, stdout, stderr } = await cli.ended

    expect(answer.status).toBe(200)
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).not.toContain('canary')
    expect(stdout).not.toContain('\u001B')
  })

  test('never prints keys or prompts when calls fail', async () => {
    const upstream = await upstreamFor({ apiKey: 'another-key', behaviour: { status: 500 } })
    const cli = start(['serve', '--config', configFor(upstream)], { NORTHWIND_KEY: 'canary-key' })
    const [, url = ''] = await cli.saw(/ at (\S+)\/v1\n/)

    const answer = await chat(url, {
      model: 'deepseek/deepseek-coder',
      messages: [{ role: 'user', content: 'canary-prompt' }],
    })
    await cli.saw(
      /failover: northwind:deepseek\/deepseek-coder 401 credential rejected after \d+ ms -> none left/,
    )
    cli.signal('SIGINT')
    const { code, stdout, stderr } = await cli.ended

    expect(code).toBe(0)
    expect(answer.status).toBe(502)
    expect(`${answer.text}${stdout}${stderr}`).not.toContain('canary')
  })

  test('lets calls under way finish, and ends at once at a second signal', async () => {
    const upstream = await upstreamFor({ behaviour: { hang: 'before-headers' } })
    const cli = start(['serve', '--config', configFor(upstream)], { NORTHWIND_KEY: 'k' })
    const [, url = ''] = await cli.saw(/ at (\S+)\/v1\n/)
    const answer = chat(url, question).catch((error: unknown) => error)
    await expect.poll(() => upstream.counters.received).toBe(1)

    cli.signal('SIGTERM')
    await cli.saw(/stopping: calls under way may take 30000 ms more/)
    cli.signal('SIGTERM')

    expect((await cli.ended).code).toBe(1)
    expect(await answer).toBeInstanceOf(Error)
  })

  test('says when its port is in use, and how to choose another', async () => {
    const upstream = await upstreamFor()
    const { port } = await gatewayFor({ router: createFakeRouter() })

    const { code, stderr } = await run(['serve', '-c', configFor(upstream), '--port', String(port)], {
      NORTHWIND_KEY: 'k',
    })

    expect(code).toBe(1)
    expect(stderr).toBe(
      `port ${port} is in use; choose another with PORT=${port + 1} or --port ${port + 1}\n`,
    )
  })

  test('takes its port from the environment', async () => {
    const upstream = await upstreamFor()
    const { port } = await gatewayFor({ router: createFakeRouter() })

    expect(
      (await run(['serve', '-c', configFor(upstream)], { NORTHWIND_KEY: 'k', PORT: String(port) })).stderr,
    ).toContain(`port ${port} is in use`)
    expect(
      (await run(['serve', '-c', configFor(upstream)], { NORTHWIND_KEY: 'k', PORT: '99999' })).stderr,
    ).toBe('PORT must be a number from 0 to 65535, and is "99999"\n')
  })

  test('refuses to serve others without keys', async () => {
    const upstream = await upstreamFor()

    const { code, stderr } = await run(['serve', '-c', configFor(upstream), '--host', '0.0.0.0'], {
      NORTHWIND_KEY: 'k',
    })

    expect(code).toBe(1)
    expect(stderr).toContain('server.api_keys')
  })
})

describe('demo', () => {
  test('answers at once, without any key', async () => {
    const cli = start(['demo'], { PORT: '0' })
    const [, url = ''] = await cli.saw(/nextbest demo: (\S+)\/v1\n/)

    const answer = await chat(url, question)
    await cli.saw(/deepseek\/deepseek-coder -> \w+:deepseek\/deepseek-coder/)
    cli.signal('SIGTERM')

    expect(answer.status).toBe(200)
    expect(json(answer)).toMatchObject({ object: 'chat.completion', model: 'deepseek/deepseek-coder' })
    expect((await cli.ended).code).toBe(0)
  })
})
