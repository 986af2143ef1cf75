import { parseModelSlug } from '../catalog/slug.ts'
import type { ChatRequest } from '../chat/request.ts'
import type { Demand } from './demand.ts'
import { estimatePromptTokens } from './tokens.ts'
import { usedModalities } from './used-modalities.ts'
import { usedParameters } from './used-parameters.ts'

/** What is assumed of a request that it does not say. */
export interface DemandOptions {
  /**
   * Output tokens expected of one answer, at least 0; the request's own bound caps it. Default: 256. The length of a prompt
   * does not predict it, so the caller's earlier answers should.
   */
  readonly expectedOutputTokens?: number
}

export const demandDefaults: Required<DemandOptions> = Object.freeze({ expectedOutputTokens: 256 })

/**
 * Returns what a valid request needs of an endpoint.
 *
 * @throws InvalidRequest when the tools or the schema hold more than 1,000,000 values.
 */
export function demandOf(request: ChatRequest, options: DemandOptions = demandDefaults): Demand {
  const { tokens, maxTokens } = estimatePromptTokens(request)
  const { input, output, images } = usedModalities(request)
  const expectedOutputTokens = options.expectedOutputTokens ?? demandDefaults.expectedOutputTokens
  const maxOutputTokens = request.max_completion_tokens ?? request.max_tokens ?? undefined
  const choices = request.n ?? 1
  return {
    model: parseModelSlug(request.model).model,
    promptTokens: tokens,
    promptTokensMax: maxTokens,
    expectedOutputTokens: Math.min(expectedOutputTokens, maxOutputTokens ?? Infinity) * choices,
    maxOutputTokens,
    choices,
    parameters: usedParameters(request),
    inputModalities: input,
    outputModalities: output,
    images,
    stream: request.stream ?? false,
  }
}
