// What a hostile provider, or a request that a provider quotes, may send to keep the classifier busy.
import type { FailureEvidence } from './core.ts'

/** One way to send text of any length. */
export interface Attack {
  readonly name: string
  /** Makes the evidence. `length`: characters of the hostile part. */
  readonly evidence: (length: number) => FailureEvidence
}

/** A text that is repeated, and the places of an answer where it may stand. */
export function everywhere(name: string, unit: string): readonly Attack[] {
  return Object.entries(places).map(([place, evidence]) => ({
    name: `${name}, ${place}`,
    evidence: (length) => evidence(repeated(unit, length)),
  }))
}

/** Returns `unit` over and over, cut at `length` characters. */
export function repeated(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
}

/** An answer of a status whose messages are searched for most markers. */
export function answered(body: string, headers: Readonly<Record<string, string>> = {}): FailureEvidence {
  return { type: 'status', status: 400, headers, body }
}

/** Such an answer with an error object. */
export function inMessage(text: string): FailureEvidence {
  return answered(`{"error":{"message":"${encoded(text)}"}}`)
}

const places: Readonly<Record<string, (text: string) => FailureEvidence>> = {
  'as the body': (text) => answered(text),
  'as the message': inMessage,
  'as the code': (text) => answered(`{"error":{"code":"${encoded(text)}","message":"x"}}`),
  'as an error in a 200': (text) => ({
    type: 'in-band',
    error: { message: text, code: text, details: [{ reason: text, retryDelay: text }] },
    committed: false,
  }),
}

/** What JSON has between quotation marks for as much of a text as that is no longer than the text. */
function encoded(text: string): string {
  const whole = JSON.stringify(text).slice(1, -1)
  return whole.slice(0, text.length).replace(/(?<!\\)((?:\\\\)*)\\(?:u[0-9a-f]{0,3})?$/, '$1')
}
