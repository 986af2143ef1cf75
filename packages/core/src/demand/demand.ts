import type { Modality } from '../catalog/endpoint.ts'

/** What a request needs of an endpoint. */
export interface Demand {
  /** The model asked for, suffixes removed. */
  readonly model: string
  /** Estimate of the prompt's tokens, tools and schema included. */
  readonly promptTokens: number
  /** Upper bound of the prompt's tokens; the bound is stated at `estimatePromptTokens`. */
  readonly promptTokensMax: number
  /** Output tokens expected for one answer, times the answers asked for. */
  readonly expectedOutputTokens: number
  /** Largest number of output tokens for one answer, where the request states one. */
  readonly maxOutputTokens: number | undefined
  /** Answers asked for, at least 1. */
  readonly choices: number
  /** Parameters that the request uses, in the vocabulary of OpenRouter's `supported_parameters`. */
  readonly parameters: readonly string[]
  readonly inputModalities: readonly Modality[]
  readonly outputModalities: readonly Modality[]
  /** Images in the prompt. */
  readonly images: number
  /** Whether the answer is wanted as chunks. */
  readonly stream: boolean
}
