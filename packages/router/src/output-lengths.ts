/** What each further answer counts against all before it. */
const learningRate = 0.05

/** What an answer is taken to be before any was seen, in tokens. */
const unseenOutputTokens = 256

/**
 * Learns how long the answers of a model are: an exponentially weighted mean. The prompt says nothing about the length of
 * its answer (correlation below 0.12 in published traces), so nothing else goes in. Bounded by the models of the catalog.
 */
export class OutputLengths {
  readonly #means = new Map<string, number>()

  /** Expected output tokens of an answer. */
  expected(model: string): number {
    return Math.round(this.#means.get(model) ?? unseenOutputTokens)
  }

  record(model: string, outputTokens: number): void {
    const mean = this.#means.get(model) ?? unseenOutputTokens
    this.#means.set(model, mean + learningRate * (outputTokens - mean))
  }
}
