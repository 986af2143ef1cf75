import type { Rule, RuleFamily, Scene } from '../invariant.ts'
import type { SeenAttempt, SeenCall } from '../seen-call.ts'

const oneSource: Rule = { number: 35, sentence: 'What reaches the caller comes from one attempt only' }
const inOrder: Rule = { number: 36, sentence: 'No piece of content is lost, repeated or out of order' }
const livenessIsNothing: Rule = {
  number: 37,
  sentence: 'Nothing reaches the caller before an attempt has brought content',
}
const oneTerminal: Rule = { number: 38, sentence: 'A caller is told exactly one end, and nothing after it' }
const noRestart: Rule = { number: 39, sentence: 'Once content was delivered, no other attempt is started' }
const wholeIsWhole: Rule = {
  number: 59,
  sentence: 'An answer that broke off is never passed for a whole one',
}

/** What callers get. */
export const output: RuleFamily = {
  rules: [oneSource, inOrder, livenessIsNothing, oneTerminal, noRestart, wholeIsWhole],
  watch: (scene) => ({
    arrived({ call, ledger }) {
      if (call.chunks > 0) scene.violated(noRestart, `${ledger.endpoint.id} after ${call.chunks} chunks`, call)
    },
    delivered(call, text) {
      if (call.terminals > 0) scene.violated(oneTerminal, 'a chunk came after the end', call)
      if (!call.attempts.some(({ ledger }) => ledger.pieces.length > 0)) {
        scene.violated(livenessIsNothing, `"${text}" came before any content`, call)
      }
      if (text !== '') judgePiece(call, text, scene)
    },
    terminal(call) {
      if (call.terminals > 1) scene.violated(oneTerminal, `end ${call.terminals}`, call)
      if (call.ending === 'stream') judgeStream(call, scene)
      if (call.ending === 'reply') judgeReply(call, scene)
    },
    idle() {},
  }),
}

function judgePiece(call: SeenCall, text: string, scene: Scene): void {
  call.source ??= call.attempts.find(({ ledger }) => ledger.pieces[0] === text)
  if (call.source?.ledger.pieces[call.pieces] === text) return
  const other = call.attempts.find((one) => one !== call.source && one.ledger.pieces.includes(text))
  scene.violated(other === undefined ? inOrder : oneSource, `"${text}" as piece ${call.pieces + 1}`, call)
}

function judgeStream(call: SeenCall, scene: Scene): void {
  const { source, pieces } = call
  if (source?.ledger.ending === 'answered' && source.ledger.pieces.length === pieces) return
  scene.violated(wholeIsWhole, `${pieces} pieces of an attempt that is ${stateOf(source)}`, call)
}

function judgeReply(call: SeenCall, scene: Scene): void {
  const source = call.attempts.find(({ ledger }) => ledger.ending === 'answered')
  if (source?.ledger.pieces.join('') === call.replyText) return
  scene.violated(wholeIsWhole, `"${call.replyText}" of an attempt that is ${stateOf(source)}`, call)
}

function stateOf(attempt: SeenAttempt | undefined): string {
  return attempt === undefined ? 'unknown' : `${attempt.ledger.ending} after ${attempt.ledger.pieces.length} pieces`
}
