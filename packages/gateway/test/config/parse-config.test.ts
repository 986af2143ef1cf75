import { readFileSync } from 'node:fs'
import { createRouter } from 'nextbest'
import { describe, expect, test } from 'vitest'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import type { Environment } from '../../src/config/environment.ts'
import { routerOptionsOf } from '../../src/config/router-options.ts'
import { serverOptionsOf } from '../../src/config/server-options.ts'

const parse = (text: string, environment: Environment = {}): ReturnType<typeof parseConfig> =>
  parseConfig({ file: 'nextbest.yaml', text, environment })

const upstreams = `upstreams:
  - provider: northwind
    base_url: https://api.northwind.example/v1
    api_key: \${KEY:-none}
    models: [{ model: a/b, context_tokens: 1000, price: { prompt: 1, completion: 2 } }]
`

function problemsOf(text: string, environment: Environment = {}): readonly string[] {
  try {
    parse(text, environment)
  } catch (error) {
    if (error instanceof Error && error.name === 'ConfigError') return error.message.split('\n')
    throw error
  }
  return []
}

describe('parseConfig', () => {
  test('tells every problem at once, each with its place, its bound and its value', () => {
    const text = `server:
  port: 99999
  prot: 1
  keep_alive_ms: 1.5
upstreams:
  - provider: Bad Name
    base_url: nope
    models:
      - model: x
        context_tokens: many
        price: { prompt: -1 }
        parameters: [temprature]
  - base_url: https://a.example
    models: []
routing:
  objective: slow
`

    expect(problemsOf(text)).toEqual([
      'nextbest.yaml:2:9: server.port must be at most 65535, and is 99999',
      'nextbest.yaml:3:3: server.prot is not a known field',
      'nextbest.yaml:4:18: server.keep_alive_ms must be a whole number, and is 1.5',
      'nextbest.yaml:6:15: upstreams[0].provider must be 1 to 64 characters of a-z 0-9 - _ . and begin with a letter or digit, and is "Bad Name"',
      'nextbest.yaml:7:15: upstreams[0].base_url must be a URL that begins with https:// (or http:// for a server of your own), and is "nope"',
      'nextbest.yaml:9:16: upstreams[0].models[0].model must look like author/slug, and is "x"',
      'nextbest.yaml:10:25: upstreams[0].models[0].context_tokens must be a number, and is "many"',
      'nextbest.yaml:11:16: upstreams[0].models[0].price.completion is missing',
      'nextbest.yaml:11:26: upstreams[0].models[0].price.prompt must be at least 0, and is -1',
      expect.stringMatching(
        /^nextbest\.yaml:12:22: upstreams\[0]\.models\[0]\.parameters\[0] must be one of temperature, .*, and is "temprature"$/,
      ),
      'nextbest.yaml:13:5: upstreams[1].provider is missing',
      'nextbest.yaml:14:13: upstreams[1].models must have at least 1 items',
      'nextbest.yaml:16:14: routing.objective must be cheapest, balanced, fastest or {usd_per_second: number}, and is "slow"',
    ])
  })

  test.each([
    ['', ['nextbest.yaml:1:1: must be a set of fields']],
    ['server: {}', ['nextbest.yaml:1:1: upstreams is missing']],
    ['a: 1\na: 2', ['nextbest.yaml:2:1: is not valid YAML: Map keys must be unique']],
    ['a: [s3cret\nb: 1', [expect.stringMatching(/^nextbest\.yaml:2:1: is not valid YAML: [^:]*$/)]],
    [
      'server: { port: ${PORT} }',
      [
        'nextbest.yaml:1:18: is not valid YAML: Unexpected flow-map-start at node end (between braces or brackets, ${NAME} must be quoted)',
      ],
    ],
  ])('of %j tells %j', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems)
  })

  test('fills in the environment, and reads numbers and booleans where they are wanted', () => {
    const server =
      'server: { port: "${PORT}", allow_unauthenticated: "${OPEN:-true}", host: "${HOST:-127.0.0.1}" }\n'

    const config = parse(server + upstreams, { PORT: '9000', HOST: '', KEY: '12345' })

    expect(config.server).toEqual({ port: 9_000, allow_unauthenticated: true, host: '127.0.0.1' })
    expect(config.upstreams[0]?.api_key).toBe('12345')
  })

  test('tells which variables are missing, and at what places', () => {
    const text = `server: { api_keys: ["\${ONE}", "\${TWO}"] }\n${upstreams}`

    expect(problemsOf(text, { TWO: 'set' })).toEqual([
      'nextbest.yaml:1:22: the environment variable ONE is not set; set it, or write ${ONE:-default}',
    ])
  })

  test('never lets the environment change the structure of the file', () => {
    const text = upstreams.replace('none', 'x')
    const injected = 'k"\n    models: []\n#'

    expect(parse(text, { KEY: injected }).upstreams[0]).toMatchObject({
      api_key: injected,
      models: [{ model: 'a/b' }],
    })
  })

  test('never shows a secret', () => {
    const long = 's3cret'.repeat(1_000)
    const text = `server: { port: "\${SECRET}", api_keys: [${long}] }\n${upstreams.replace('${KEY:-none}', long)}`

    const problems = problemsOf(text, { SECRET: 's3cret' }).join('\n')

    expect(problems).toContain('server.port must be a number')
    expect(problems).toContain('server.api_keys[0] must have at most 1024 characters')
    expect(problems).toContain('upstreams[0].api_key must have at most 1024 characters')
    expect(problems).not.toContain('s3cret')
  })

  test('never follows references that grow without bound', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${['b', 'c', 'd', 'e', 'f'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcde'[i]}`).join(', ')}]`).join('\n')}\n`

    expect(() => parse(bomb + upstreams)).toThrow('alias')
  })
})

describe('what a configuration states', () => {
  test('becomes options of router and server, and nothing else does', () => {
    const config = parse(`server: { port: 9000, api_keys: [k], drain_ms: 5 }
routing: { timeout_ms: 1000, max_attempts: 2, objective: { usd_per_second: 0.5 }, failure_usd: 0.2, when_all_open: fail, breaker: { open_ms: 900 } }
upstreams:
  - provider: northwind
    base_url: https://api.northwind.example/v1
    headers: { x-team: a }
    models:
      - model: a/b
        upstream_model: b-1
        variant: fp8
        context_tokens: 1000
        requests_per_minute: 60
        price: { prompt: 1, completion: 2, cache_read: 0.1, request: 0.01, tiers: [{ above_prompt_tokens: 500, prompt: 2, completion: 4 }] }
        parameters: [tools]
        collects_data: false
`)

    expect(serverOptionsOf(config)).toEqual({ port: 9_000, apiKeys: ['k'] })
    expect(routerOptionsOf(config)).toEqual({
      timeoutMs: 1_000,
      maxAttempts: 2,
      preferences: { objective: { usdPerSecond: 0.5 } },
      ranking: { failureUsd: 0.2 },
      whenAllOpen: 'fail',
      breaker: { openMs: 900 },
      upstreams: [
        {
          provider: 'northwind',
          baseUrl: 'https://api.northwind.example/v1',
          headers: { 'x-team': 'a' },
          models: [
            {
              model: 'a/b',
              upstreamModel: 'b-1',
              variant: 'fp8',
              contextTokens: 1_000,
              requestsPerMinute: 60,
              price: {
                prompt: 1,
                completion: 2,
                cacheRead: 0.1,
                requestUsd: 0.01,
                tiers: [{ abovePromptTokens: 500, prompt: 2, completion: 4 }],
              },
              parameters: ['tools'],
              collectsData: false,
            },
          ],
        },
      ],
    })
  })
})

describe('the files beside the package', () => {
  const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

  test('have a JSON Schema that is up to date (pnpm schema writes it)', () => {
    expect(JSON.parse(read('config.schema.json'))).toEqual(configJsonSchema())
  })

  test('have an example that works', async () => {
    const text = read('nextbest.example.yaml')

    const config = parse(text)

    expect(text).toContain('# yaml-language-server: $schema=./config.schema.json')
    expect(config.upstreams).toHaveLength(4)
    const router = createRouter(routerOptionsOf(config))
    expect(router.catalog.models.map((model) => model.id).toSorted()).toEqual([
      'deepseek/deepseek-v4-flash',
      'openai/gpt-oss-120b',
      'qwen/qwen-2.5-7b-instruct',
    ])
    await router.close()
  })
})
