// A provider with a wire format of its own: { prompt } in, { answer } out. An adapter is a pure codec; connections,
// breakers, limits, failover and accounting come from the router.
import { createRouter } from 'nextbest'
import type { Adapter, ChatChunk, ChatCompletion, ChatMessage, StreamPart } from 'nextbest'

const { ORACLE_URL = '' } = process.env

function oracle(): Adapter {
  return {
    version: 1,
    name: 'oracle',
    encode(request, { endpoint, apiKey = '', stream }) {
      const prompt = request.messages.map(textOf).join('\n')
      const body = JSON.stringify({ who: endpoint.upstreamModel, prompt, stream })
      return { path: '/ask', headers: { 'content-type': 'application/json', 'x-oracle-key': apiKey }, body }
    },
    decode(body) {
      const answer = answerIn(body)
      if (answer !== undefined) return { type: 'answer', completion: completionOf(answer), usage: undefined }
      return { type: 'failure', evidence: { type: 'malformed', detail: 'no answer in the body' } }
    },
    createStreamDecoder() {
      let whole = false
      return {
        decode({ event, data }): StreamPart {
          whole ||= event === 'done'
          if (event === 'done') return { type: 'end' }
          return { type: 'chunk', chunk: chunkOf(data), content: data !== '' }
        },
        end: () => (whole ? undefined : { type: 'incomplete', detail: 'the stream ended without "done"' }),
      }
    },
  }
}

const head = { id: 'oracle', created: 0, model: 'pythia' }

function textOf(message: ChatMessage): string {
  return typeof message.content === 'string' ? message.content : ''
}

function answerIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { answer?: string }).answer
  } catch {
    return undefined
  }
}

function completionOf(content: string): ChatCompletion {
  const message = { role: 'assistant', content } as const
  return { ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }] }
}

function chunkOf(content: string): ChatChunk {
  return { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] }
}

const price = { prompt: 0, completion: 0 }
const models = [{ model: 'delphi/pythia', contextTokens: 8_000, price }]
const router = createRouter({
  upstreams: [
    { provider: 'delphi', adapter: oracle(), baseUrl: ORACLE_URL, allowPrivateNetwork: true, models },
  ],
})
const reply = await router.chat({
  model: 'delphi/pythia',
  messages: [{ role: 'user', content: 'Shall I go?' }],
})
console.log(reply.text)
await router.close()
