import type { ReferenceAnswer } from '../reference-answer.ts'
import type { WallFormat, WallStream } from '../wall-format.ts'

/** Unix seconds of every answer: the wall has no clock of its own. */
const created = 1_700_000_000

/** OpenAI's chat completions, which most providers speak. */
export const openAiChatFormat: WallFormat = {
  name: 'openai-chat',
  matches: (path) => path.endsWith('/chat/completions'),
  modelOf: ({ model }) => (typeof model === 'string' ? model : ''),
  wantsStream: ({ stream }) => stream === true,
  answer: (answer) =>
    JSON.stringify({
      id: answer.id,
      object: 'chat.completion',
      created,
      model: answer.model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: answer.tokens.join('') },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: usageOf(answer),
    }),
  stream: streamOf,
  error: (message, code) => JSON.stringify({ error: { message, type: code, param: null, code } }),
}

function streamOf(answer: ReferenceAnswer): WallStream {
  const head = { id: answer.id, object: 'chat.completion.chunk', created, model: answer.model }
  const event = (delta: object, finishReason: string | null = null): string =>
    eventOf({ ...head, choices: [{ index: 0, delta, finish_reason: finishReason }] })
  return {
    opening: [event({ role: 'assistant', content: '' })],
    content: answer.tokens.map((content) => event({ content })),
    finish: [event({}, 'stop')],
    usage: [eventOf({ ...head, choices: [], usage: usageOf(answer) })],
    end: ['data: [DONE]\n\n'],
  }
}

function eventOf(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

function usageOf({ promptTokens, tokens }: ReferenceAnswer): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: tokens.length,
    total_tokens: promptTokens + tokens.length,
  }
}
