// How fast are server-sent events decoded, in reads of several sizes?
import { createServerSentEventDecoder, decodedAtOnce } from './adapters.ts'

const rounds = 7
const streamBytes = 8_000_000
/** What a socket brings at its fullest, about one event, and a slow start. */
const readSizes = [65_536, 290, 16]

/** Returns the characters of data that it decoded, so that every subject can be held to the same answer. */
type Subject = (reads: readonly Uint8Array[]) => number

const ours = 'nextbest'

const subjects: Readonly<Record<string, Subject>> = {
  [ours]: (reads) => {
    const decoder = createServerSentEventDecoder()
    let characters = 0
    for (const read of reads) {
      decoder.push(read, ({ data }) => {
        characters += data.length
      })
    }
    decoder.end(({ data }) => {
      characters += data.length
    })
    return characters
  },
  // What many clients do. It takes LF only, and one data line per event.
  'TextDecoder + split': (reads) => {
    const decoder = new TextDecoder()
    let pending = ''
    let characters = 0
    for (const read of reads) {
      const events = (pending + decoder.decode(read, { stream: true })).split('\n\n')
      pending = events.pop() ?? ''
      for (const event of events) characters += event.slice('data: '.length).length
    }
    return characters
  },
  'reference, all at once': (reads) => {
    let characters = 0
    for (const { data } of decodedAtOnce(Buffer.concat(reads), Infinity).events) characters += data.length
    return characters
  },
}

/** Measures every subject in interleaved rounds. Returns a table of MB/s and of ratios to ours. */
export function throughputReport(): string {
  const stream = chatStream(streamBytes)
  const lines = readSizes.map((size) =>
    lineOf(`${size} bytes`, measured(readsOf(stream, size), stream.length)),
  )
  const head = ['reads of', ...Object.keys(subjects).map((name) => `${name}, MB/s`)]
  return [head, ...lines]
    .map((cells) =>
      cells
        .map((cell) => cell.padEnd(30))
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

type Speeds = ReadonlyMap<string, readonly number[]>

function measured(reads: readonly Uint8Array[], bytes: number): Speeds {
  const names = Object.keys(subjects)
  const speeds = new Map(names.map((name) => [name, [] as number[]]))
  const expected = subjects[ours]?.(reads)
  for (let round = 0; round <= rounds; round++) {
    for (const [name, subject] of Object.entries(subjects)) {
      const startedAtMs = performance.now()
      const characters = subject(reads)
      const tookMs = performance.now() - startedAtMs
      if (characters !== expected)
        throw new Error(`${name} decoded ${characters} characters, not ${expected}`)
      // The first round warms up.
      if (round > 0) speeds.get(name)?.push(bytes / 1_000 / tookMs)
    }
  }
  return speeds
}

function lineOf(title: string, speeds: Speeds): readonly string[] {
  const own = median(speeds.get(ours) ?? [])
  return [
    title,
    ...Array.from(speeds, ([name, of]) => {
      const range = `${median(of).toFixed(0)} (${Math.min(...of).toFixed(0)}..${Math.max(...of).toFixed(0)})`
      return name === ours ? range : `${range} ${(median(of) / own).toFixed(2)}x`
    }),
  ]
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}

/** A stream as chat providers send it, with characters of every length. */
function chatStream(bytes: number): Buffer {
  const pieces = ['Hello', ' world', ' Grüße', ' 世界', ' 👋🏽', ' and', ' the', ' meaning', ' of', ' life']
  const events: string[] = []
  for (let size = 0, index = 0; size < bytes; index++) {
    const delta = { content: pieces[index % pieces.length] }
    const chunk = {
      id: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG',
      object: 'chat.completion.chunk',
      created: 1_763_596_800,
      model: 'gpt-5-mini-2025-08-07',
      service_tier: 'default',
      system_fingerprint: 'fp_34a54ae93c',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: null }],
      usage: null,
    }
    const event = `data: ${JSON.stringify(chunk)}\n\n`
    events.push(event)
    size += Buffer.byteLength(event)
  }
  return Buffer.from(events.join(''))
}

function readsOf(stream: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
    stream.subarray(index * size, (index + 1) * size),
  )
}
