/** How a provider's dialect differs from OpenAI's chat completions, as data. Names of fields are those of `ChatRequest`. */
export interface OpenAiChatQuirks {
  /**
   * Appended to the base URL; begins with `/`. `{model}` becomes the model's name at the provider.
   * @defaultValue '/chat/completions'
   */
  readonly path: string
  /** Query parameters, such as `api-version`. Default: none. */
  readonly query: Readonly<Record<string, string>>
  /**
   * Where the key goes: `authorization: Bearer`, a header of its own (`apiKeyHeader`), or nowhere.
   * @defaultValue 'bearer'
   */
  readonly auth: 'bearer' | 'api-key-header' | 'none'
  /**
   * Name of the header that carries the key; ignored unless `auth` is `api-key-header`.
   * @defaultValue 'api-key'
   */
  readonly apiKeyHeader: string
  /** More headers. Those that the codec sets itself win. Default: none. */
  readonly headers: Readonly<Record<string, string>>
  /** Our field -> the provider's, e.g. `seed` -> `random_seed`. Default: none. */
  readonly rename: Readonly<Record<string, string>>
  /** Fields that are never sent. Default: none. */
  readonly drop: readonly string[]
  /** Field -> smallest and largest number that the provider takes; numbers outside are moved to the bound. Default: none. */
  readonly clamp: Readonly<Record<string, NumberRange>>
  /**
   * How a stream comes to report its usage: on request (`stream_options.include_usage`), `always`, or `never`. Unless it
   * is `option`, `stream_options` is not sent.
   * @defaultValue 'option'
   */
  readonly usageInStream: 'option' | 'always' | 'never'
  /**
   * Whether the provider knows messages of the role `developer`; if not they are sent as `system`.
   * @defaultValue 'keep'
   */
  readonly developerRole: 'keep' | 'system'
  /**
   * How the provider spells the reasoning switch; see `ReasoningSpelling`.
   * @defaultValue 'listed'
   */
  readonly reasoning: ReasoningSpelling
}

/**
 * `listed`: `reasoning` or `reasoning_effort`, the caller's own spelling if the endpoint lists it, else the other one.
 * `object`: `reasoning: { effort }`. `effort`: `reasoning_effort`. `thinking`: `thinking: { type, budget_tokens }`.
 * `enable-thinking`: `enable_thinking` and `thinking_budget`. `template`: `chat_template_kwargs: { enable_thinking }`.
 */
export type ReasoningSpelling = 'listed' | 'object' | 'effort' | 'thinking' | 'enable-thinking' | 'template'

/** Bounds of a number, inclusive. Default: no bound. */
export interface NumberRange {
  readonly min?: number
  readonly max?: number
}

export const openAiChatQuirksDefaults: OpenAiChatQuirks = Object.freeze({
  path: '/chat/completions',
  query: Object.freeze({}),
  auth: 'bearer',
  apiKeyHeader: 'api-key',
  headers: Object.freeze({}),
  rename: Object.freeze({}),
  drop: Object.freeze([]),
  clamp: Object.freeze({}),
  usageInStream: 'option',
  developerRole: 'keep',
  reasoning: 'listed',
})

const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/i
const headerValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

/**
 * Returns all quirks of a provider, with header names in lower case.
 *
 * @throws TypeError when a path does not begin with `/` or a header could not be sent.
 * @throws RangeError when a bound of `clamp` is no number or `min` exceeds `max`.
 */
export function resolveQuirks(quirks?: Partial<OpenAiChatQuirks>): OpenAiChatQuirks {
  const all = { ...openAiChatQuirksDefaults, ...quirks }
  if (!all.path.startsWith('/')) throw new TypeError(`path must begin with '/', got '${all.path}'`)
  for (const [name, range] of Object.entries(all.clamp)) checkRange(name, range)
  checkHeader('apiKeyHeader', all.apiKeyHeader, '')
  const headers = Object.entries(all.headers).map(([name, value]) => {
    checkHeader('headers', name, value)
    return [name.toLowerCase(), value]
  })
  return { ...all, apiKeyHeader: all.apiKeyHeader.toLowerCase(), headers: Object.fromEntries(headers) }
}

function checkRange(name: string, { min = -Infinity, max = Infinity }: NumberRange): void {
  // Written so that NaN fails too.
  if (!(min <= max)) throw new RangeError(`clamp.${name}: min must not exceed max, got ${min}..${max}`)
}

/** The value is not named: it may be a secret. */
function checkHeader(option: string, name: string, value: string): void {
  if (!headerName.test(name)) throw new TypeError(`${option}: '${name}' is not the name of a header`)
  if (!headerValue.test(value))
    throw new TypeError(`${option}: the value of '${name}' cannot be sent in a header`)
}
