import type { FaultExpectation } from '@nextbest/testkit/wall'
import { referenceText, referenceTokens } from '@nextbest/testkit/wall'

/** What a provider answers, as its caller is to get it. */
export interface ExpectedAnswer {
  readonly text: string
  readonly finishReason: string
  readonly refusal: string
  readonly toolCallDeltas: readonly unknown[]
  /** What the provider calls its model, where that is another one. */
  readonly servedModel: string | undefined
  readonly usage: NonNullable<FaultExpectation['usage']>
}

/** Prompt tokens that every good answer of the wall reports. */
const promptTokens = 7

const good: ExpectedAnswer = Object.freeze({
  text: referenceText,
  finishReason: 'stop',
  refusal: '',
  toolCallDeltas: [],
  servedModel: undefined,
  usage: { promptTokens, completionTokens: referenceTokens.length },
})

/** Returns what is expected of a provider with a fault; of a good one without. */
export function expectedAnswer(expectation?: FaultExpectation): ExpectedAnswer {
  return expectation === undefined ? good : { ...good, ...stated(expectation) }
}

/** What an expectation says of the answer, where it says something. */
function stated(expectation: FaultExpectation): Partial<ExpectedAnswer> {
  const names = Object.keys(good) as (keyof ExpectedAnswer)[]
  const said = names.filter((name) => expectation[name] !== undefined)
  return Object.fromEntries(said.map((name) => [name, expectation[name]]))
}

/** Whether a part of the answer is a beginning of the reference, so that another endpoint can go on with it. */
export function isReference({ text, refusal, toolCallDeltas }: ExpectedAnswer): boolean {
  return text === referenceText && refusal === '' && toolCallDeltas.length === 0
}
