import type { Rule, RuleFamily } from '../invariant.ts'
import type { Repeated } from '../seen-call.ts'

const joinedOnce: Rule = {
  number: 54,
  sentence:
    'A call that is made again under its key while it is under way is sent once, and both are told the same',
}

/** Calls that are made again. */
export const joins: RuleFamily = {
  rules: [joinedOnce],
  watch: (scene) => ({
    event(event, call) {
      if (event.type === 'call-start' && call === undefined) {
        scene.violated(joinedOnce, `${event.callId} was begun for a call that was under way`)
      }
    },
    joined(call) {
      const first = wordsOf({
        ending: call.ending ?? 'error',
        text: call.replyText ?? call.text,
        errorKind: call.error?.kind,
      })
      const second = call.repeated === undefined ? 'nothing' : wordsOf(call.repeated)
      if (second !== first) scene.violated(joinedOnce, `${second} instead of ${first}`, call)
    },
  }),
}

function wordsOf({ ending, text, errorKind = '' }: Repeated): string {
  return `${ending} ${errorKind} "${text}"`
}
