/** How long a refusal is remembered, in ms: a day, since providers learn too. Source: choice. */
const rememberedMs = 86_400_000

/** Parameters that are remembered at most; there are fewer that can be refused. */
const mostParameters = 64

/**
 * Parameters that an endpoint has refused although its catalog entry lists them. Requests that use one of them go
 * elsewhere for a day; all others are served as before.
 */
export class LearnedCapabilities {
  #refused: Map<string, number> | undefined

  /** Remembers, of the parameters that a refused request used, those that the refusal names. */
  refused(parameters: readonly string[], message: string, nowMs: number): void {
    for (const parameter of parameters) {
      if (!names(message, parameter)) continue
      this.#refused ??= new Map()
      if (this.#refused.size < mostParameters || this.#refused.has(parameter))
        this.#refused.set(parameter, nowMs + rememberedMs)
    }
  }

  /** Returns which of the parameters it has refused within the last day, or nothing. */
  lacking(parameters: readonly string[], nowMs: number): string | undefined {
    if (this.#refused === undefined) return undefined
    return parameters.find((parameter) => (this.#refused?.get(parameter) ?? -Infinity) > nowMs)
  }
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
