/** Returns the JSON object that a body holds, if it holds one. */
export function parseBody(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Returns a quarter of the characters of all messages, rounded up: a usual rule of thumb for English text. */
export function countPromptTokens(body: Readonly<Record<string, unknown>>): number {
  const messages = Array.isArray(body['messages']) ? body['messages'] : []
  let characters = 0
  for (const message of messages) if (isObject(message)) characters += charactersOf(message['content'])
  return Math.ceil(characters / 4)
}

/** Returns the request's bound on output tokens, if it has one. */
export function maxOutputTokens(body: Readonly<Record<string, unknown>>): number | undefined {
  const bound = body['max_completion_tokens'] ?? body['max_tokens']
  return typeof bound === 'number' ? bound : undefined
}

/** Returns whether the request wants usage at the end of its stream. */
export function wantsUsage(body: Readonly<Record<string, unknown>>): boolean {
  const options = body['stream_options']
  return isObject(options) && options['include_usage'] === true
}

/** Returns how many answers the request wants. */
export function choicesWanted(body: Readonly<Record<string, unknown>>): number {
  return typeof body['n'] === 'number' ? body['n'] : 1
}

function charactersOf(content: unknown): number {
  if (typeof content === 'string') return content.length
  if (!Array.isArray(content)) return 0
  let characters = 0
  for (const part of content)
    if (isObject(part) && typeof part['text'] === 'string') characters += part['text'].length
  return characters
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
