/** What each further answer counts against all before it. */
const modelRate = 0.05
const callerRate = 0.02

/** What an answer is taken to be before any was seen, in tokens. */
const unseenOutputTokens = 256

/** Answers' worth of belief in the model's mean against a caller's own. Source: choice. */
const priorAnswers = 10

/** Callers that are told apart; of more, those that came first are forgotten. */
const mostCallers = 10_000

/** Characters by which callers are told apart. */
const callerLength = 128

/** Whose answers are meant. */
export interface OutputKind {
  readonly model: string
  /** The `user` of the request: an application, a person. Default: callers that do not say are one. */
  readonly caller: string | undefined
  /** Whether tool calls or JSON are asked for, whose lengths are others than those of prose. */
  readonly structured: boolean
}

interface CallerMean {
  mean: number
  answers: number
}

/**
 * Learns how long answers are: an exponentially weighted mean for each model, and one for each caller, drawn towards the
 * model's by ten answers' worth. The prompt says nothing about the length of its answer (correlation below 0.12 in published
 * traces), so nothing of it goes in. Bounded by the models of the catalog and 10,000 callers.
 */
export class OutputLengths {
  readonly #models = new Map<string, number>()
  readonly #callers = new Map<string, CallerMean>()
  /** The callers' keys as they came, in a ring: to look for the first key of a map that much was deleted from takes long. */
  readonly #keys: string[] = []
  #nextKey = 0

  /** Expected output tokens of an answer. */
  expected(kind: OutputKind): number {
    const prior = this.#models.get(kind.model) ?? unseenOutputTokens
    const own = this.#callers.get(keyOf(kind))
    if (own === undefined) return Math.round(prior)
    return Math.round((own.answers * own.mean + priorAnswers * prior) / (own.answers + priorAnswers))
  }

  record(kind: OutputKind, outputTokens: number): void {
    const mean = this.#models.get(kind.model) ?? unseenOutputTokens
    this.#models.set(kind.model, mean + modelRate * (outputTokens - mean))
    const key = keyOf(kind)
    const own = this.#callers.get(key) ?? this.#newCaller(key)
    own.answers = own.answers * (1 - callerRate) + 1
    own.mean += (outputTokens - own.mean) / own.answers
  }

  #newCaller(key: string): CallerMean {
    const first = this.#keys[this.#nextKey]
    if (first !== undefined) this.#callers.delete(first)
    this.#keys[this.#nextKey] = key
    this.#nextKey = (this.#nextKey + 1) % mostCallers
    const caller = { mean: 0, answers: 0 }
    this.#callers.set(key, caller)
    return caller
  }
}

function keyOf({ model, caller = '', structured }: OutputKind): string {
  return `${structured ? 1 : 0} ${model} ${caller.slice(0, callerLength)}`
}
