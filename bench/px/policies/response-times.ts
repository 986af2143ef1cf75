// What balancers that watch whole responses know of an endpoint: an average of the last ones.

/** Weight of the newest response time. Source: C3's replica ranking in Cassandra and Elasticsearch. */
const learningRate = 0.3

export class ResponseTimes {
  readonly #means = new Map<string, number>()

  /** Mean response time in ms; 0 before the first, so that everybody is tried. */
  meanMs(id: string): number {
    return this.#means.get(id) ?? 0
  }

  record(id: string, durationMs: number): void {
    const mean = this.#means.get(id) ?? durationMs
    this.#means.set(id, mean + learningRate * (durationMs - mean))
  }
}
