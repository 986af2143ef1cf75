import type { RouterEvent } from 'nextbest'
import { callLines, clockTime } from './call-line.ts'
import type { Colours } from './colours.ts'
import { plainText } from './plain-text.ts'

export interface CallLogOptions {
  /** Takes whole lines. */
  readonly write: (text: string) => void
  readonly colours: Colours
  /** The time of day. */
  readonly now: () => Date
}

/** Returns a listener for a router's events that writes one line for each call, and one for each failover before it. */
export function createCallLog({ write, colours, now }: CallLogOptions): (event: RouterEvent) => void {
  const clock = secondsClock(now)
  return (event) => {
    if (event.type === 'call-end') {
      const lines = callLines({ route: event.route, error: event.error, at: clock() }, colours)
      write(`${lines.join('\n')}\n`)
    } else if (event.type === 'endpoint-held') {
      const time = colours.faint(clock())
      write(`${time} ${colours.bad('held:')} ${plainText(event.endpoint)} ${plainText(event.reason)}\n`)
    }
  }
}

/** Taking an instant apart costs more than the rest of a line, so it is done once a second. */
function secondsClock(now: () => Date): () => string {
  let second = -1
  let text = ''
  return () => {
    const at = now()
    const current = Math.floor(at.getTime() / 1_000)
    if (current !== second) text = clockTime(at)
    second = current
    return text
  }
}
