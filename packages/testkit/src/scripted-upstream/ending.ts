import type { Behaviour, FaultPlace } from './behaviour.ts'
import type { Exchange } from './exchange.ts'

/** How an answer ends. */
export interface Ending {
  readonly kind: 'whole' | 'reset' | 'hang' | 'cut' | 'end' | 'error' | 'malformed'
  readonly place: FaultPlace
}

/** Returns the one ending that a behaviour asks for. */
export function endingOf(behaviour: Behaviour): Ending {
  const { reset, hang, cutAfterTokens, endAfterTokens, errorAfterTokens } = behaviour
  if (reset !== undefined) return { kind: 'reset', place: reset }
  if (hang !== undefined) return { kind: 'hang', place: hang }
  if (cutAfterTokens !== undefined) return { kind: 'cut', place: { afterTokens: cutAfterTokens } }
  if (endAfterTokens !== undefined) return { kind: 'end', place: { afterTokens: endAfterTokens } }
  if (errorAfterTokens !== undefined) return { kind: 'error', place: { afterTokens: errorAfterTokens } }
  if (behaviour.malformedJson === true) return { kind: 'malformed', place: { afterTokens: 0 } }
  return { kind: 'whole', place: { afterTokens: Infinity } }
}

/** Returns the output tokens before an ending. */
export function tokensBefore(ending: Ending): number {
  return typeof ending.place === 'object' ? ending.place.afterTokens : 0
}

/** Does to the connection what an ending asks for, once what was written is on its way. */
export function breakOff(exchange: Exchange, kind: Ending['kind']): void {
  if (kind === 'hang') return
  const { socket } = exchange.response
  exchange.fail()
  // Node hands a response's bytes to the socket at the end of the turn.
  setImmediate(() => {
    if (kind === 'reset') socket?.resetAndDestroy()
    else socket?.destroySoon()
  })
}
