import type { Script, ScriptedUpstream } from '../../testkit/src/scripted-upstream/index.ts'
import { startScriptedUpstream } from '../../testkit/src/scripted-upstream/index.ts'
import { createRouter } from '../src/index.ts'
import type { Router, RouterEvent, RouterOptions, UpstreamModel } from '../src/index.ts'

export const model = 'deepseek/deepseek-coder'
export const request = {
  model,
  messages: [{ role: 'user', content: 'What is the meaning of life?' }],
} as const

/** One scripted provider of a fleet. */
export interface Member {
  readonly behaviour?: Script
  readonly maxConnections?: number
  readonly model?: Partial<UpstreamModel & { readonly contextTokens: number }>
}

export interface ScriptedFleet extends AsyncDisposable {
  readonly router: Router
  readonly upstreams: Readonly<Record<string, ScriptedUpstream>>
  readonly events: readonly RouterEvent[]
}

/** Starts scripted providers, in the order of their prices (the first is the cheapest), and a router over them. */
export async function scriptedFleet(
  members: Readonly<Record<string, Member>>,
  options: Partial<RouterOptions> = {},
): Promise<ScriptedFleet> {
  const upstreams: Record<string, ScriptedUpstream> = {}
  for (const [name, { behaviour }] of Object.entries(members)) {
    upstreams[name] = await startScriptedUpstream({ behaviour: behaviour ?? {} })
  }
  const events: RouterEvent[] = []
  const router = createRouter({
    // Draws 0: the first pick is the endpoint with the lowest index.
    runtime: { random: () => 0 },
    onEvent: (event) => events.push(event),
    ...options,
    upstreams: Object.entries(members).map(([provider, member], i) => ({
      provider,
      baseUrl: upstreams[provider]?.baseUrl ?? '',
      allowPrivateNetwork: true,
      ...(member.maxConnections !== undefined && { maxConnections: member.maxConnections }),
      models: [
        {
          model,
          contextTokens: 128_000,
          price: { prompt: 1 + i, completion: 2 + i },
          parameters: ['tools', 'max_tokens'],
          ...member.model,
        },
      ],
    })),
  })
  return {
    router,
    upstreams,
    events,
    async [Symbol.asyncDispose]() {
      await router.close()
      await Promise.all(Object.values(upstreams).map((upstream) => upstream.close()))
    },
  }
}
