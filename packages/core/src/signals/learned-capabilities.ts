/** How long a first refusal is remembered, in ms: a request whose text is echoed costs others no more than this. Source: choice. */
const firstMs = 60_000

/** By how much longer each refusal is remembered that follows one without an answer between. Source: choice. */
const growth = 8

/** How long a refusal is remembered at most, in ms: a day, since providers learn too. Source: choice. */
const longestMs = 86_400_000

/** How long an answer disproves refusals, in ms. Source: choice. */
const provedMs = 3_600_000

/** Parameters that are remembered at most; there are fewer that can be refused. */
const mostParameters = 64

interface Lesson {
  /** Refusals in a row. */
  readonly refusals: number
  readonly lackingUntilMs: number
  readonly provedUntilMs: number
}

/**
 * Parameters that an endpoint has refused although its catalog entry lists them. Requests that use one of them go
 * elsewhere for a minute, and from refusal to refusal eight times as long, up to a day; all others are served as before.
 * The texts of refusals may echo what a caller wrote, so an answer to a request with the parameter outweighs them: for
 * an hour no refusal is believed.
 */
export class LearnedCapabilities {
  #lessons: Map<string, Lesson> | undefined

  /** Remembers, of the parameters that a refused request used, those that the refusal names. */
  refused(parameters: readonly string[], message: string, nowMs: number): void {
    for (const parameter of parameters) {
      if (!names(message, parameter)) continue
      this.#lessons ??= new Map()
      const known = this.#lessons.get(parameter)
      if (known === undefined && this.#lessons.size >= mostParameters) continue
      this.#lessons.set(parameter, refusedAgain(known, nowMs))
    }
  }

  /** Takes back what was learned of the parameters of a request that was answered. */
  answered(parameters: readonly string[], nowMs: number): void {
    if (this.#lessons === undefined) return
    for (const parameter of parameters) {
      if (!this.#lessons.has(parameter)) continue
      this.#lessons.set(parameter, {
        refusals: 0,
        lackingUntilMs: -Infinity,
        provedUntilMs: nowMs + provedMs,
      })
    }
  }

  /** Returns which of the parameters it lacks by its latest refusal, or nothing. */
  lacking(parameters: readonly string[], nowMs: number): string | undefined {
    const lessons = this.#lessons
    if (lessons === undefined) return undefined
    return parameters.find((parameter) => (lessons.get(parameter)?.lackingUntilMs ?? -Infinity) > nowMs)
  }
}

/** While a refusal is remembered, others that were under way say nothing more. */
function refusedAgain(known: Lesson | undefined, nowMs: number): Lesson {
  if (known !== undefined && (nowMs < known.provedUntilMs || nowMs < known.lackingUntilMs)) return known
  const refusals = (known?.refusals ?? 0) + 1
  const rememberedMs = Math.min(longestMs, firstMs * growth ** (refusals - 1))
  return { refusals, lackingUntilMs: nowMs + rememberedMs, provedUntilMs: -Infinity }
}

/** Whether a text names a parameter as a word of its own: `top_p` is not in `top_probability`. */
function names(text: string, parameter: string): boolean {
  for (let at = text.indexOf(parameter); at !== -1; at = text.indexOf(parameter, at + 1)) {
    const end = at + parameter.length
    if (!isWordCharacter(text.charAt(at - 1)) && !isWordCharacter(text.charAt(end))) return true
  }
  return false
}

function isWordCharacter(character: string): boolean {
  return /^\w$/.test(character)
}
