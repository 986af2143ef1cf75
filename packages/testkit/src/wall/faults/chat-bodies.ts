import type { WallExchange } from '../wall-exchange.ts'

/** Unix seconds of every answer, as in the format's own. */
const created = 1_700_000_000

/** One event of a stream of chat completions, with one choice unless `more` has others. */
export function chunkEvent({ answer }: WallExchange, choice: object, more: object = {}): string {
  const chunk = {
    id: answer.id,
    object: 'chat.completion.chunk',
    created,
    model: answer.model,
    choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }],
    ...more,
  }
  return eventOf(chunk)
}

/** A whole chat completion, with one choice unless `more` has others. */
export function completionBody({ answer }: WallExchange, choice: object, more: object = {}): string {
  return JSON.stringify({
    id: answer.id,
    object: 'chat.completion',
    created,
    model: answer.model,
    choices: [{ index: 0, finish_reason: 'stop', ...choice }],
    usage: usageOf(answer.promptTokens, 0),
    ...more,
  })
}

export function eventOf(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

export function usageOf(promptTokens: number, completionTokens: number): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}
