/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number
  /** Names in lower case; repeated ones in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Without its framing. */
  readonly body: Buffer
  /** The pieces of the body: its chunks, or all of it. */
  readonly chunks: readonly Buffer[]
  /** How its end is told. */
  readonly framing: 'length' | 'chunks' | 'connection'
  /** Whether it came to the end that its framing announces; false where only the connection tells it. */
  readonly whole: boolean
}

/** Takes a response apart. */
export function readResponse(bytes: Buffer): RawResponse {
  const headEnd = bytes.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1] ?? Number.NaN)
  return { status, headers, ...bodyIn(bytes.subarray(headEnd + 4), new Map(headers)) }
}

/** Returns the first header of a name. */
export function headerOf({ headers }: RawResponse, name: string): string | undefined {
  return headers.find(([one]) => one === name)?.[1]
}

type Body = Pick<RawResponse, 'body' | 'chunks' | 'framing' | 'whole'>

function bodyIn(rest: Buffer, headers: ReadonlyMap<string, string>): Body {
  if (headers.get('transfer-encoding') === 'chunked') return unchunked(rest)
  const length = headers.get('content-length')
  if (length === undefined) return { body: rest, chunks: [rest], framing: 'connection', whole: false }
  return { body: rest, chunks: [rest], framing: 'length', whole: rest.length === Number(length) }
}

function unchunked(rest: Buffer): Body {
  const chunks: Buffer[] = []
  let left = rest
  for (;;) {
    const lineEnd = left.indexOf('\r\n')
    const length = lineEnd === -1 ? Number.NaN : Number.parseInt(left.toString('latin1', 0, lineEnd), 16)
    if (length > 0) chunks.push(left.subarray(lineEnd + 2, lineEnd + 2 + length))
    if (length > 0) left = left.subarray(lineEnd + 2 + length + 2)
    else
      return {
        body: Buffer.concat(chunks),
        chunks,
        framing: 'chunks',
        whole: left.toString() === '0\r\n\r\n',
      }
  }
}
