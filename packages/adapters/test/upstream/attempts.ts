import { setImmediate as turn } from 'node:timers/promises'
import { defineEndpoint, type FailureEvidence } from '@nextbest/core'
import type { StreamPart } from '../../src/adapter.ts'
import { openAiChat } from '../../src/openai-chat/openai-chat.ts'
import { createUpstream } from '../../src/upstream/create-upstream.ts'
import type { AttemptHandle, AttemptListener, Upstream } from '../../src/upstream/upstream.ts'
import type { UpstreamOptions } from '../../src/upstream/upstream-options.ts'
import { closing } from '../transport/opened.ts'

export const endpoint = defineEndpoint({
  provider: 'test',
  model: 'author/model',
  upstreamModel: 'model-1',
  contextTokens: 8_000,
  price: { prompt: 1, completion: 1 },
})

/** An upstream of OpenAI's format, closed after the test. */
export const upstreamTo = (
  { port }: { readonly port: number },
  options: Partial<UpstreamOptions> = {},
): Upstream => {
  const upstream = createUpstream({
    provider: 'test',
    adapter: openAiChat(),
    baseUrl: `http://127.0.0.1:${port}`,
    endpoints: [endpoint],
    allowPrivateNetwork: true,
    random: () => 0.5,
    nowMs: () => performance.now(),
    ...options,
  })
  closing(() => upstream.close())
  return upstream
}

/** A listener that keeps what it hears. */
class Heard implements AttemptListener {
  readonly events: string[] = []
  evidence: FailureEvidence | undefined
  readonly #over = Promise.withResolvers<void>()

  get over(): Promise<void> {
    return this.#over.promise
  }

  onResponse(status: number): void {
    this.events.push(`response ${status}`)
  }

  onPart(part: StreamPart & { readonly type: 'chunk' }): void {
    this.events.push(part.content ? 'content' : 'part')
  }

  onBatchEnd(): void {
    this.events.push('batch')
  }

  onAnswer(): void {
    this.#end('answer')
  }

  onEnd(): void {
    this.#end('end')
  }

  onFailure(evidence: FailureEvidence): void {
    this.evidence = evidence
    this.#end(evidence.type)
  }

  #end(event: string): void {
    this.events.push(event)
    this.#over.resolve()
  }
}

/** Starts an attempt. */
export const attemptOn = (upstream: Upstream, stream: boolean): { heard: Heard; handle: AttemptHandle } => {
  const heard = new Heard()
  const request = { model: endpoint.model, messages: [{ role: 'user' as const, content: 'Hello' }] }
  return { heard, handle: upstream.send({ endpoint, request, stream }, heard) }
}

/** Makes an attempt and returns what was heard of it. Its connection, if it lives, is free again then. */
export const attempted = async (upstream: Upstream, stream: boolean): Promise<Heard> => {
  const { heard } = attemptOn(upstream, stream)
  await heard.over
  await turn()
  return heard
}

const completion = {
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'model-1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
}

/** The body of a whole answer. */
export const answerBody = JSON.stringify(completion)

/** An event with a piece of an answer. */
export const event = (delta: object, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ ...completion, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
