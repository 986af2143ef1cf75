/** The rules that can exclude an endpoint, in the order in which they are asked. */
export type ExclusionRule =
  | 'disabled'
  | 'only'
  | 'ignore'
  | 'fallbacks-off'
  | 'context-window'
  | 'prompt-limit'
  | 'output-limit'
  | 'input-modality'
  | 'output-modality'
  | 'parameters'
  | 'learned-parameters'
  | 'data-collection'
  | 'data-retention'
  | 'region'
  | 'quantization'
  | 'max-price'
  | 'hold'

/** Why an endpoint cannot serve a demand. */
export interface Exclusion {
  /** The endpoint's id. */
  readonly endpoint: string
  readonly rule: ExclusionRule
  /** One sentence without a period that names the need, the bound and the values. */
  readonly reason: string
}
