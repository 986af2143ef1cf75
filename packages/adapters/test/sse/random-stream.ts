import type { Random } from '@nextbest/core'

/** A stream and the bound that it is decoded with. */
export interface StreamCase {
  readonly bytes: Uint8Array
  readonly maxEventBytes: number
}

const encoder = new TextEncoder()
const bytesOf = (...texts: readonly string[]): readonly Uint8Array[] =>
  texts.map((text) => encoder.encode(text))

const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf)
const lineEnds = bytesOf('\n', '\r', '\r\n')
const names = bytesOf('data: ', 'data: ', 'data: ', 'data:', 'data:  ', 'data', 'event: ', 'event:')
const otherNames = bytesOf('event', 'id: ', 'retry: ', 'banana: ', 'datas: ', ' data: ', 'dat', 'Data: ', '')
const comments = bytesOf(':', ': keep-alive', ': {"a":1}', ':]', '::data: x')
const values = bytesOf(
  '{"a":1}',
  '{"choices":[{"delta":{"content":"x"}}]}',
  '{"a":{"b":1}',
  '[DONE]',
  '[DONE',
  'error',
  'message',
  'a: b',
  ' ',
  '\0',
  ':',
  '',
  'é',
  'ß世',
  '世界',
  '👋🏽',
  '\uFEFF',
  '\u2028\u0085',
  '\uFFFD',
)
/** Bytes that are no UTF-8: lone and missing continuation bytes, overlong forms, surrogates, bytes that are never used. */
const invalid = [
  [0xff],
  [0x80],
  [0xe4, 0xb8],
  [0xf0, 0x9f, 0x91],
  [0xc3],
  [0xc0, 0xaf],
  [0xe0, 0x80, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
].map((bytes) => Uint8Array.from(bytes))
/** Long enough for the memory of a line to grow several times. */
const long = new Uint8Array(5_000).fill(0x78)
const nothing = new Uint8Array()

/** Draws a stream of up to a few hundred bytes, with whatever providers send and a little that they should not. */
export function randomStream(random: Random): StreamCase {
  const pieces: Uint8Array[] = random() < 0.15 ? [byteOrderMark] : []
  const lineEnd = random() < 0.4 ? undefined : oneOf(random, lineEnds)
  const end = (): Uint8Array => lineEnd ?? oneOf(random, lineEnds)
  for (let events = 1 + below(random, 8); events > 0; events--) {
    const lines = below(random, 5)
    for (let line = 0; line < lines; line++) pieces.push(...randomLine(random), end())
    if (random() < 0.9) pieces.push(end())
  }
  const whole = Buffer.concat(pieces)
  // A stream may end anywhere: with all of it, without its last blank line, or in the middle of a character.
  const length = random() < 0.5 ? whole.length : below(random, whole.length + 1)
  return {
    bytes: whole.subarray(0, length),
    maxEventBytes: random() < 0.3 ? 1 + below(random, 60) : 1_048_576,
  }
}

function randomLine(random: Random): readonly Uint8Array[] {
  const kind = random()
  if (kind < 0.15) return [oneOf(random, comments)]
  const line = [oneOf(random, kind < 0.8 ? names : otherNames)]
  for (let parts = below(random, 4); parts > 0; parts--) {
    line.push(oneOf(random, random() < 0.12 ? invalid : values))
  }
  if (random() < 0.001) line.push(long.subarray(below(random, long.length)))
  return line
}

/** Draws where a stream of this length is cut into chunks: at ascending offsets; the same one twice is an empty chunk. */
export function randomCuts(random: Random, length: number): readonly number[] {
  const kind = random()
  if (kind < 0.05) return []
  if (kind < 0.15) return everyNth(1, length)
  if (kind < 0.3) return everyNth(2 + below(random, 30), length)
  const cuts = Array.from({ length: 1 + below(random, kind < 0.6 ? 3 : 30) }, () => below(random, length + 1))
  return cuts.sort((one, other) => one - other)
}

function everyNth(size: number, length: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.ceil(length / size) - 1) }, (_, index) => (index + 1) * size)
}

function below(random: Random, bound: number): number {
  return Math.floor(random() * bound)
}

function oneOf(random: Random, choices: readonly Uint8Array[]): Uint8Array {
  return choices[below(random, choices.length)] ?? nothing
}
