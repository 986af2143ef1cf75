import type { ChatAnswer, ChatChunk, ChatCompletion, ChatDelta } from '@nextbest/core'
import type { CutReading } from './cut-answers.ts'

/** Puts an answer, or the chunks of a stream, together as a client would. */
export function readingOf(answers: readonly (ChatChunk | ChatCompletion)[]): CutReading {
  const reading: Record<string, string> = {}
  for (const choice of answers.flatMap(({ choices }): readonly (typeof choices)[number][] => choices)) {
    const add = (place: string, text: string | null | undefined): void => {
      if (text === undefined || text === null || text === '') return
      const key = `${choice.index} ${place}`
      reading[key] = (reading[key] ?? '') + text
    }
    addTo(add, 'delta' in choice ? choice.delta : choice.message)
    add('finish', choice.finish_reason)
  }
  return reading
}

function addTo(
  add: (place: string, text: string | null | undefined) => void,
  said: ChatDelta | ChatAnswer,
): void {
  add('content', said.content)
  add('reasoning', said.reasoning_content)
  for (const [position, { id, function: called, ...call }] of (said.tool_calls ?? []).entries()) {
    const place = `tool ${'index' in call ? call.index : position}`
    if (id !== undefined) add(place, `${id} ${called?.name} `)
    add(place, called?.arguments)
  }
}

/** Whether nothing was read that is not in the whole answer, in its place and its order. */
export function isPrefixOf(reading: CutReading, whole: CutReading): boolean {
  return Object.entries(reading).every(([place, text]) => whole[place]?.startsWith(text) === true)
}
