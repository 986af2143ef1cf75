import type { Rule, RuleFamily } from '../invariant.ts'

const goneIsGone: Rule = {
  number: 20,
  sentence:
    'Once its caller went away, a call sends nothing more, and what it had under way is cancelled at once',
}

/** Callers that go away. */
export const aborts: RuleFamily = {
  rules: [goneIsGone],
  watch: (scene) => ({
    arrived({ call, ledger }) {
      if (call.abortedAtMs === undefined) return
      scene.violated(goneIsGone, `${ledger.endpoint.id} was sent to`, call)
    },
    aborted(call) {
      if (call.live > 0) scene.violated(goneIsGone, `${call.live} attempts go on`, call)
      if (call.terminals === 0) scene.violated(goneIsGone, 'the caller was not told the end', call)
    },
    terminal(call) {
      if (call.abortedAtMs === undefined || call.error?.kind === 'aborted') return
      // A caller that fails to take the last of an answer is told its end all the same.
      if (call.planned.sinkThrows && call.abortedAtMs === scene.nowMs()) return
      scene.violated(goneIsGone, `it ended as ${call.error?.kind ?? call.ending}`, call)
    },
  }),
}
