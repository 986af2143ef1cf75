import type { Rule, RuleFamily } from '../invariant.ts'

const nothingAfterDeadline: Rule = {
  number: 15,
  sentence: 'Nothing is sent or delivered at or after the deadline, and the caller knows the outcome by then',
}

/** Deadlines. */
export const deadlines: RuleFamily = {
  rules: [nothingAfterDeadline],
  watch: (scene) => ({
    arrived({ call, ledger }) {
      if (scene.nowMs() < call.deadlineAtMs) return
      scene.violated(nothingAfterDeadline, `${ledger.endpoint.id} was sent to`, call)
    },
    delivered(call) {
      if (scene.nowMs() < call.deadlineAtMs) return
      scene.violated(nothingAfterDeadline, 'a chunk was delivered', call)
    },
    terminal(call) {
      const lateMs = scene.nowMs() - call.deadlineAtMs
      if (lateMs <= 0 && !(lateMs === 0 && call.ending !== 'error')) return
      scene.violated(nothingAfterDeadline, `the end came ${lateMs} ms after the deadline`, call)
    },
  }),
}
