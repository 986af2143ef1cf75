import type { Rule, RuleFamily, Scene } from '../invariant.ts'
import type { SeenAttempt, SeenCall } from '../seen-call.ts'

const oneSource: Rule = {
  number: 35,
  sentence:
    'What reaches the caller comes from one attempt, or from a second one too that repeats it and goes on',
}
const inOrder: Rule = { number: 36, sentence: 'No piece of content is lost, repeated or out of order' }
const livenessIsNothing: Rule = {
  number: 37,
  sentence: 'Nothing reaches the caller before an attempt has brought content, or a whole answer without any',
}
const oneTerminal: Rule = { number: 38, sentence: 'A caller is told exactly one end, and nothing after it' }
const noRestart: Rule = {
  number: 39,
  sentence:
    'Once content was delivered another attempt starts only to go on with it, once, and where the caller wants that',
}
const wholeIsWhole: Rule = {
  number: 59,
  sentence: 'An answer that broke off is never passed for a whole one',
}

/** What callers get. */
export const output: RuleFamily = {
  rules: [oneSource, inOrder, livenessIsNothing, oneTerminal, noRestart, wholeIsWhole],
  watch: (scene) => ({
    arrived({ call, ledger }) {
      if (call.chunks === 0) return
      const mayGoOn =
        call.planned.options.continueBroken === true && call.sources.length === 1 && call.live === 1
      if (!mayGoOn) scene.violated(noRestart, `${ledger.endpoint.id} after ${call.chunks} chunks`, call)
    },
    delivered(call, text) {
      if (call.terminals > 0) scene.violated(oneTerminal, 'a chunk came after the end', call)
      if (!call.attempts.some(({ ledger }) => ledger.pieces.length > 0 || isBlank(ledger))) {
        scene.violated(livenessIsNothing, `"${text}" came before any content`, call)
      }
      if (text !== '') judgePiece(call, text, scene)
    },
    terminal(call) {
      if (call.terminals > 1) scene.violated(oneTerminal, `end ${call.terminals}`, call)
      if (call.ending === 'stream') judgeWhole(call, call.text, scene)
      if (call.ending === 'reply') judgeWhole(call, call.replyText ?? '', scene)
    },
  }),
}

/** All that was delivered must be the beginning of what one attempt has brought. */
function judgePiece(call: SeenCall, text: string, scene: Scene): void {
  const delivered = call.text + text
  const source = call.sources.at(-1)
  if (source !== undefined && textOf(source).startsWith(delivered)) return
  const next = sourceOf(call, delivered)
  if (next !== undefined && (source === undefined || call.planned.options.continueBroken === true)) {
    call.sources.push(next)
    return
  }
  const other = call.attempts.find((one) => one !== source && one.ledger.pieces.includes(text))
  scene.violated(other === undefined ? inOrder : oneSource, `"${text}" after "${call.text}"`, call)
}

/** The attempt that has brought a text and is not over without an answer; of two, the later one repeats the earlier one. */
function sourceOf(call: SeenCall, text: string): SeenAttempt | undefined {
  const kept = call.attempts.filter(({ ledger }) => (ledger.ending ?? 'answered') === 'answered')
  const isSource = (attempt: SeenAttempt): boolean => textOf(attempt).startsWith(text)
  return call.sources.length === 0 ? kept.find(isSource) : kept.findLast(isSource)
}

function judgeWhole(call: SeenCall, text: string, scene: Scene): void {
  const isWhole = ({ ledger }: SeenAttempt): boolean => ledger.ending === 'answered'
  const source = call.attempts.findLast(isWhole)
  if (source !== undefined && textOf(source) === text) return
  // Nobody had more to say.
  if (source === undefined && text === '' && call.attempts.some(({ ledger }) => isBlank(ledger))) return
  scene.violated(wholeIsWhole, `"${text}", and the last whole answer is "${source && textOf(source)}"`, call)
}

/** Whether an answer was whole and had no content. */
function isBlank({ evidence }: SeenAttempt['ledger']): boolean {
  return evidence?.type === 'empty'
}

function textOf({ ledger: { pieces } }: SeenAttempt): string {
  return pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('')
}
