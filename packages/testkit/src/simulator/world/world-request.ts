import type { ChatRequest } from '@nextbest/core'
import type { WorldRequest } from './traffic.ts'

/** The one model that all providers of the world serve. */
export const worldModel = 'world/model'

/** Tokens that a router's estimate adds to the text of a single message. */
const templateTokens = 7

/** Capitals and digits in turn: a router's estimate for them is bounded by their bytes, so it is one token per character. */
const longestPrompt = 'A1'.repeat(131_072)

/**
 * Returns a request as a router gets it. Its prompt is estimated at exactly the world's tokens, `seed` is its number in the
 * world, and `user` names the kind of caller, as an application's own key would.
 */
export function chatRequestOf(request: WorldRequest, number: number): ChatRequest {
  const { promptTokens, session } = request
  return {
    model: worldModel,
    messages: [{ role: 'user', content: longestPrompt.slice(0, Math.max(1, promptTokens - templateTokens)) }],
    stream: true,
    seed: number,
    user: request.class,
    ...(session !== undefined && { session_id: `session-${session.id}` }),
  }
}

/** Returns a request's number in the world. */
export function requestNumberOf({ seed }: ChatRequest): number {
  if (typeof seed === 'number') return seed
  throw new RangeError('the request is not one of the world: it has no number')
}
