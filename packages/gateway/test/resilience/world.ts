import { createVirtualClock, seededRandom } from '@nextbest/testkit'
import type { VirtualClock } from '@nextbest/testkit'
import { startScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import type { FaultPlace, Script, ScriptedUpstream } from '@nextbest/testkit/scripted-upstream'
import { createRouter } from 'nextbest'
import type { Router, RouterEvent } from 'nextbest'
import { onTestFinished } from 'vitest'
import { chat, json, question } from '../support/client.ts'
import { gatewayFor } from '../support/gateway.ts'

const answerText = 'Plant a tree today: you will not sit in its shade, but somebody else will.'

/** Steps in which time moves on while a provider hangs, and most of them for one attempt: half of a call's time. */
const hangStepMs = 100
const mostHangSteps = 3_000

/** A gateway over three providers, on the router's clock of which time stands still unless it is told to move. */
export interface World {
  readonly url: string
  readonly clock: VirtualClock
  readonly router: Router
  /** The first is the cheapest by far. */
  readonly providers: readonly [ScriptedUpstream, ScriptedUpstream, ScriptedUpstream]
  readonly events: readonly RouterEvent[]
  /** Calls, streamed or not, and tells whether the answer is whole. */
  readonly call: (stream: boolean) => Promise<boolean>
}

const prices = { bluepeak: 1, ferrolight: 2, northwind: 2 }

export async function worldOf(
  options: { readonly seed: number; readonly continueBroken?: boolean },
  script: Script = { text: answerText },
): Promise<World> {
  const clock = createVirtualClock()
  const start = (): Promise<ScriptedUpstream> => startScriptedUpstream({ behaviour: script })
  const providers = await Promise.all([start(), start(), start()] as const)
  const events: RouterEvent[] = []
  const router = createRouter({
    upstreams: Object.entries(prices).map(([provider, price], n) => ({
      provider,
      baseUrl: providers[n]?.baseUrl ?? '',
      allowPrivateNetwork: true,
      models: [
        { model: question.model, contextTokens: 128_000, price: { prompt: price, completion: 4 * price } },
      ],
    })),
    onEvent: (event) => void events.push(event),
    runtime: { clock, random: seededRandom(options.seed) },
  })
  onTestFinished(async () => {
    await router.close()
    await Promise.all(providers.map((provider) => provider.close()))
  })
  const continuing: Router = {
    ...router,
    pipe: (request, sink, callOptions) =>
      router.pipe(request, sink, { ...callOptions, continueBroken: true }),
  }
  const { url } = await gatewayFor({ router: options.continueBroken === true ? continuing : router })
  return { url, clock, router, providers, events, call: (stream) => isAnswered(url, stream) }
}

/** Ways of a provider to fail. While one hangs, time moves on until the attempt is given up. */
export const failures: Readonly<Record<string, (world: World, provider: ScriptedUpstream) => unknown>> = {
  'a closed port': (_, provider) => provider.close(),
  'a reset': (_, provider) => provider.setBehaviour({ reset: 'before-headers' }),
  'a 500': (_, provider) => provider.setBehaviour({ status: 500 }),
  'no answer': (world, provider) => hangs(world, provider, 'before-headers'),
  'headers and no more': (world, provider) => hangs(world, provider, 'after-headers'),
}

function hangs({ clock, events }: World, provider: ScriptedUpstream, hang: FaultPlace): void {
  const ends = (): number => events.filter(({ type }) => type === 'attempt-end').length
  provider.setBehaviour(() => {
    setImmediate(() => {
      const before = ends()
      for (let step = 0; step < mostHangSteps && ends() === before; step += 1) clock.advance(hangStepMs)
    })
    return { hang }
  })
}

/** The way of a provider to break every answer off in its middle. */
export function cutsAnswers(provider: ScriptedUpstream): void {
  provider.setBehaviour({ text: answerText, cutAfterTokens: 7 })
}

async function isAnswered(url: string, stream: boolean): Promise<boolean> {
  const answer = await chat(url, { ...question, max_tokens: 32, stream })
  if (answer.status !== 200) return false
  if (!stream) return textOf(json(answer)) === answerText
  const events = answer.text.split('\n\n').slice(0, -1)
  if (events.pop() !== 'data: [DONE]') return false
  return events.map((event) => textOf(JSON.parse(event.slice('data: '.length)))).join('') === answerText
}

function textOf(body: unknown): string {
  const { choices } = body as {
    readonly choices: readonly {
      readonly delta?: { readonly content?: string }
      readonly message?: { readonly content: string }
    }[]
  }
  return choices[0]?.message?.content ?? choices[0]?.delta?.content ?? ''
}
