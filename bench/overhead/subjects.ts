// The servers under test: how each is started, and what its requests carry besides the common ones.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { model } from './conversation.ts'
import { beside, freePort, installed, start, untilListening, type Child } from './processes.ts'

/** Where load can be sent. */
export interface Subject {
  readonly name: string
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  /** The measured process; undefined for the upstream itself, which is not measured. */
  readonly child: Child | undefined
}

/** What the subjects need to know of the run. */
export interface Place {
  readonly upstreamPort: number
  /** Core of the process under test, where pinning works. */
  readonly core: number | undefined
  /** An empty folder for configuration files. */
  readonly folder: string
}

/** No proxy: the ceiling of the harness. */
export function direct({ upstreamPort }: Place): Subject {
  return { name: 'direct', port: upstreamPort, headers: {}, child: undefined }
}

/** The baseline. */
export async function bare({ upstreamPort, core }: Place): Promise<Subject> {
  const port = await freePort()
  const child = start({ script: beside('bare.ts'), args: [port, upstreamPort], core })
  return listening({ name: 'bare node:http + undici', port, headers: {}, child })
}

/** nextbest as its command line starts it; undefined while it is not built. */
export async function gateway({ upstreamPort, core, folder }: Place): Promise<Subject | undefined> {
  const script = installed(() => import.meta.resolve('@nextbest/gateway/package.json'), 'dist/cli/main.js')
  if (script === undefined) return undefined
  const port = await freePort()
  const config = join(folder, 'nextbest.yaml')
  await writeFile(config, gatewayConfig(upstreamPort))
  const child = start({ script, args: ['serve', '--config', config, '--port', port], core })
  return listening({ name: 'nextbest gateway', port, headers: {}, child })
}

/** Portkey's gateway from npm, without its console; undefined while it is not installed. */
export async function portkey({ upstreamPort, core }: Place): Promise<Subject | undefined> {
  const script = installed(
    () => import.meta.resolve('@portkey-ai/gateway/package.json'),
    'build/start-server.js',
  )
  if (script === undefined) return undefined
  const port = await freePort()
  const child = start({ script, args: [`--port=${port}`, '--headless'], core })
  const headers = {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
  }
  return listening({ name: 'Portkey 1.15.2', port, headers, child })
}

/** One model, five providers, all of them at the scripted upstream. Every JSON text is also YAML. */
function gatewayConfig(upstreamPort: number): string {
  return JSON.stringify({
    server: { api_keys: ['bench'] },
    upstreams: ['one', 'two', 'three', 'four', 'five'].map((provider, index) => ({
      provider,
      base_url: `http://127.0.0.1:${upstreamPort}/v1`,
      api_key: 'bench',
      allow_private_network: true,
      models: [{ model, context_tokens: 128_000, price: { prompt: (10 + index) / 10, completion: 2 } }],
    })),
  })
}

async function listening<S extends Subject>(subject: S): Promise<S> {
  await untilListening(subject.port, subject.name)
  return subject
}
