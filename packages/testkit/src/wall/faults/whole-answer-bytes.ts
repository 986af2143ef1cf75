import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Fault, FaultVariant } from '../fault.ts'
import { referenceText, referenceTokens } from '../reference-answer.ts'
import type { WallExchange } from '../wall-exchange.ts'
import { answerChanged } from './answers.ts'
import { inBothModes, lastingMalformed, timedOut, tolerated } from './expectations.ts'
import { drip, endless, flood, openBody } from './streams.ts'
import { onRequest } from './variants.ts'

/** The good answer behind encodings that nobody asked for. */
function encoded(encoding: string, encode: (body: string) => Uint8Array): FaultVariant {
  return onRequest((exchange) =>
    answerChanged(exchange, { headers: { 'content-encoding': encoding }, edit: encode }),
  )
}

/** Turns bytes of the middle over, where the packed text is. */
function corrupted(bytes: Uint8Array): Uint8Array {
  const middle = Math.floor(bytes.length / 2)
  return bytes.map((byte, index) => (Math.abs(index - middle) < 8 ? 0xff - byte : byte))
}

const mebibyte = 1_048_576

/** A mebibyte that unpacks to one gibibyte: members of a gzip file may follow each other. */
function bomb(): Uint8Array {
  const member = gzipSync(Buffer.alloc(16 * mebibyte))
  return Buffer.concat(Array.from({ length: 64 }, () => member))
}

/** Begins an answer in JSON, up to its text. Returns what writes the text. */
function beginText(exchange: WallExchange): (bytes: string | Uint8Array) => void {
  const write = openBody(exchange, { contentType: 'application/json' })
  const [start = ''] = exchange.format.answer(exchange.answer).split(referenceText)
  write(start)
  return write
}

/** A good answer with one token more; the sign `§` stands for it until the body is edited. */
function withToken(token: string | Uint8Array, text: string): FaultVariant {
  return onRequest(
    (exchange) =>
      answerChanged(exchange, {
        tokens: [...referenceTokens, ' §'],
        edit: (body) => {
          const [before = '', after = ''] = body.split('§')
          return Buffer.concat([Buffer.from(before), Buffer.from(token), Buffer.from(after)])
        },
      }),
    { expected: { text: `${referenceText} ${text}`, usage: { promptTokens: 7, completionTokens: 61 } } },
  )
}

/** Puts members at the front of the first object of the body, or of each of its objects. */
function withMembers(members: string, where: 'first' | 'each'): FaultVariant {
  const starts = where === 'first' ? /^(data: )?\{/m : /^(data: )?\{/gm
  return onRequest((exchange) =>
    answerChanged(exchange, { edit: (body) => body.replace(starts, (start) => `${start}${members},`) }),
  )
}

/** A good answer that counts its tokens like this. */
function counted(prompt: string, completion: string, completionTokens?: number): FaultVariant {
  const usage = `"usage":{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":67}`
  return onRequest(
    (exchange) => answerChanged(exchange, { edit: (body) => body.replace(/"usage":\{[^}]*\}/, () => usage) }),
    completionTokens === undefined ? {} : { expected: { usage: { promptTokens: 7, completionTokens } } },
  )
}

const deep = `"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}`

/** A 200 whose bytes, nesting or numbers are odd (97–102). */
export const strangeBytesFaults: readonly Fault[] = [
  {
    number: 97,
    name: 'compressed though not asked for',
    expected: inBothModes(lastingMalformed),
    variants: {
      corrupt: encoded('gzip', (body) => corrupted(gzipSync(body))),
      truncated: encoded('gzip', (body) => gzipSync(body).subarray(0, -40)),
      sound: encoded('gzip', (body) => gzipSync(body)),
      unlabelled: onRequest((exchange) => answerChanged(exchange, { edit: (body) => gzipSync(body) }), {
        modes: ['json'],
      }),
    },
  },
  {
    number: 98,
    name: 'chain of encodings or a bomb',
    expected: inBothModes(lastingMalformed),
    variants: {
      chain: encoded('br, gzip, gzip', (body) => gzipSync(gzipSync(brotliCompressSync(body)))),
      bomb: encoded('gzip', bomb),
    },
  },
  {
    number: 99,
    name: 'body without an end',
    expected: { json: lastingMalformed },
    variants: {
      fast: onRequest((exchange) => {
        const write = beginText(exchange)
        flood(exchange, {
          write,
          piece: 'word '.repeat(13_107),
          times: 640,
          atEnd: () => exchange.fin(),
        })
      }),
      slow: onRequest(
        (exchange) => {
          const write = beginText(exchange)
          drip(exchange, endless('word '), { write, periodMs: 20 })
        },
        { expected: timedOut },
      ),
    },
  },
  {
    number: 100,
    name: 'bytes and characters that are none',
    expected: inBothModes(tolerated),
    variants: {
      'invalid-utf-8': withToken(Buffer.of(0xff), '\uFFFD'),
      /** Passed on as it is: of a pair, each half may come in an event of its own. */
      'lone-surrogate': withToken(String.raw`\ud83d`, '\uD83D'),
      nul: withToken(String.raw`\u0000`, '\0'),
    },
  },
  {
    number: 101,
    name: 'members that are a trap',
    expected: inBothModes(tolerated),
    variants: {
      'duplicate-keys': onRequest((exchange) =>
        answerChanged(exchange, {
          edit: (body) => body.replaceAll('"content":', '"content":"no","content":'),
        }),
      ),
      prototype: withMembers(
        '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}',
        'each',
      ),
      depth: { ...withMembers(deep, 'first'), expected: lastingMalformed },
    },
  },
  {
    number: 102,
    name: 'numbers that count nothing',
    expected: inBothModes(tolerated),
    variants: {
      infinite: counted('7', '1e400'),
      negative: counted('7', '-5', 0),
      fraction: counted('7.9', '60.7'),
      text: counted('"7"', '"60"'),
      null: counted('7', 'null'),
    },
  },
]
