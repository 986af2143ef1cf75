import { allParameters } from '@nextbest/core'
import type { Demand, Modality } from '@nextbest/core'
import fc from 'fast-check'
import { arbitraryModel } from './endpoint.ts'

/** Mostly sizes that most endpoints take. */
const promptSizes = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 10_000 }), weight: 4 },
  { arbitrary: fc.integer({ min: 0, max: 1_000_000 }), weight: 1 },
)

const parameters = allParameters.filter((parameter) => parameter !== 'max_completion_tokens')

/** Demands for the model of `endpoints`. `max_completion_tokens` is never among the parameters: it counts as `max_tokens`. */
export const demands: fc.Arbitrary<Demand> = fc
  .record({
    promptTokens: promptSizes,
    slackTokens: fc.integer({ min: 0, max: 1_000 }),
    answerTokens: fc.integer({ min: 0, max: 4_000 }),
    maxOutputTokens: fc.option(fc.integer({ min: 1, max: 8_000 }), { nil: undefined }),
    choices: fc.integer({ min: 1, max: 4 }),
    parameters: fc.subarray(parameters, { maxLength: 3 }),
    inputs: fc.subarray<Modality>(['image', 'audio', 'file', 'video'], { maxLength: 1 }),
    outputs: fc.subarray<Modality>(['image', 'audio'], { maxLength: 1 }),
    images: fc.integer({ min: 1, max: 20 }),
    stream: fc.boolean(),
  })
  .map((drawn) => ({
    model: arbitraryModel,
    promptTokens: drawn.promptTokens,
    promptTokensMax: drawn.promptTokens + drawn.slackTokens,
    expectedOutputTokens: Math.min(drawn.answerTokens, drawn.maxOutputTokens ?? Infinity) * drawn.choices,
    maxOutputTokens: drawn.maxOutputTokens,
    choices: drawn.choices,
    parameters: drawn.parameters,
    inputModalities: ['text', ...drawn.inputs],
    outputModalities: ['text', ...drawn.outputs],
    images: drawn.inputs.includes('image') ? drawn.images : 0,
    stream: drawn.stream,
  }))
