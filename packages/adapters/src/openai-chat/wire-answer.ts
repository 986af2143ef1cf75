/** What a provider may send as an answer or a chunk: nothing of it is certain. */
export interface WireAnswer {
  readonly id?: unknown
  readonly object?: unknown
  readonly created?: unknown
  readonly model?: unknown
  readonly choices?: unknown
  readonly usage?: unknown
  readonly error?: unknown
  /** Where Google says that it did not take the prompt. */
  readonly promptFeedback?: unknown
  readonly prompt_feedback?: unknown
  /** Where Groq reports the usage of a stream. */
  readonly x_groq?: unknown
}

/** One choice of an answer (`message`) or of a chunk (`delta`). */
export interface WireChoice {
  readonly index?: unknown
  readonly message?: unknown
  readonly delta?: unknown
  readonly finish_reason?: unknown
  readonly error?: unknown
  /** Where Moonshot reports the usage of a stream. */
  readonly usage?: unknown
}

/** The `message` or the `delta` of a choice. */
export interface WireMessage {
  readonly role?: unknown
  readonly content?: unknown
}

/** Levels of nesting that are taken; far above any answer, far below what overflows a stack when written again. */
const maxNesting = 1_000

/** Returns the value of a JSON text, or nothing if it is not JSON or nested deeper than 1,000 levels. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    // Two characters per level: a short text cannot be deep, so chunks are not walked.
    return text.length > 2 * maxNesting && isDeeperThan(maxNesting, value) ? undefined : value
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What every answer and every chunk has around and in its choices. */
export interface Envelope<Kind extends string, Choice> {
  readonly id: string
  readonly object: Kind
  readonly created: number
  readonly model: string
  readonly choices: readonly Choice[]
}

/**
 * Returns the answer with these choices: the same object if nothing of its envelope is missing, else a copy with the
 * kind of object filled in, and an id, an instant and a model that say that they are unknown.
 */
export function withEnvelope<Kind extends string, Choice>(
  answer: WireAnswer,
  object: Kind,
  choices: readonly Choice[],
): Envelope<Kind, Choice> {
  if (hasEnvelope(answer, object, choices)) return answer
  const { id, created, model } = answer
  return {
    ...answer,
    id: typeof id === 'string' ? id : '',
    object,
    created: typeof created === 'number' ? created : 0,
    model: typeof model === 'string' ? model : '',
    choices,
  }
}

function hasEnvelope<Kind extends string, Choice>(
  answer: WireAnswer,
  object: Kind,
  choices: readonly Choice[],
): answer is Envelope<Kind, Choice> {
  return (
    answer.object === object &&
    answer.choices === choices &&
    typeof answer.id === 'string' &&
    typeof answer.created === 'number' &&
    typeof answer.model === 'string'
  )
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner))
}
