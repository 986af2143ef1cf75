import { startScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import type { Behaviour, ScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import type { UpstreamConfig } from 'nextbest'
import { failsOnSchedule } from './demo-faults.ts'
import { demoProviders } from './demo-providers.ts'
import type { DemoProvider } from './demo-providers.ts'

/** The make-believe providers, running. */
export interface DemoWorld {
  readonly upstreams: readonly UpstreamConfig[]
  close(): Promise<void>
}

const answer =
  'Forty-two, says a computer in a novel that had seven and a half million years to think about it. ' +
  'People mostly answer with each other, with work that matters to them, and with being curious for as long as it lasts.'

/** Starts the make-believe providers on free ports of this machine. `nowMs` is the clock of their failures. */
export async function startDemoWorld(nowMs: () => number): Promise<DemoWorld> {
  const running = await Promise.all(demoProviders.map((provider) => start(provider, nowMs)))
  return {
    upstreams: running.map(({ upstream }) => upstream),
    close: async () => {
      await Promise.all(running.map(({ server }) => server.close()))
    },
  }
}

interface RunningProvider {
  readonly upstream: UpstreamConfig
  readonly server: ScriptedUpstream
}

async function start(provider: DemoProvider, nowMs: () => number): Promise<RunningProvider> {
  const { latencyMs, tokensPerSecond, contextTokens, failing } = provider
  const behaviour: Behaviour = { latencyMs, tokensPerSecond, text: answer }
  const server = await startScriptedUpstream({
    behaviour: failing ? failsOnSchedule(behaviour, nowMs) : behaviour,
    contextTokens,
  })
  return { server, upstream: upstreamOf(provider, server.baseUrl) }
}

function upstreamOf(provider: DemoProvider, baseUrl: string): UpstreamConfig {
  const { prompt, completion, contextTokens, parameters } = provider
  return {
    provider: provider.provider,
    baseUrl,
    allowPrivateNetwork: true,
    models: provider.models.map((model) => ({
      model,
      contextTokens,
      parameters,
      price: { prompt, completion },
    })),
  }
}
