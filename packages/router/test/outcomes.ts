import type { ChatChunk } from '@nextbest/core'
import { RouterError } from '../src/index.ts'
import type { ChatStream, Route } from '../src/index.ts'

/** Reads a stream to its end, however it ends. */
export async function read(
  stream: ChatStream,
): Promise<{ chunks: ChatChunk[]; text: string; error: unknown }> {
  const chunks: ChatChunk[] = []
  let error: unknown
  try {
    for await (const chunk of stream) chunks.push(chunk)
  } catch (thrown) {
    error = thrown
  }
  return { chunks, error, text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('') }
}

/** The error that a call fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<RouterError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!RouterError.is(error)) throw new Error('expected a RouterError', { cause: error })
  return error
}

/** Who was tried, and what became of it. */
export function attemptsOf(route: Route | undefined): readonly string[] {
  return (
    route?.attempts.map(
      (attempt) => `${attempt.endpoint.split(':')[0]} ${attempt.failure?.kind ?? attempt.outcome}`,
    ) ?? []
  )
}
