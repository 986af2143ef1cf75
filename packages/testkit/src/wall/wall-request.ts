/** A request as the wall read it. */
export interface WallRequest {
  readonly method: string
  readonly path: string
  /** Names in lower case; of repeated ones the last. */
  readonly headers: Readonly<Record<string, string>>
  /** The parsed JSON; empty when the body is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>
  /** Bytes of head and body. */
  readonly bytes: number
}

/** Largest request that is read, in bytes; a larger one ends its connection. */
export const mostRequestBytes: number = 32 * 2 ** 20

/** Puts requests together from the bytes of one connection. Knows bodies with a length only, as every client here sends them. */
export class RequestReader {
  #pieces: Buffer[] = []
  #bytes = 0
  /** Bytes that make the next request whole, once its head was read. */
  #needed: number | undefined

  /** Bytes that came of the next request. */
  get pendingBytes(): number {
    return this.#bytes
  }

  /** Takes bytes in. Returns the requests that they complete. */
  push(bytes: Buffer): readonly WallRequest[] {
    this.#pieces.push(bytes)
    this.#bytes += bytes.length
    const requests: WallRequest[] = []
    for (let next = this.#take(); next !== undefined; next = this.#take()) requests.push(next)
    return requests
  }

  #take(): WallRequest | undefined {
    if (this.#needed !== undefined && this.#bytes < this.#needed) return undefined
    const whole = Buffer.concat(this.#pieces)
    this.#pieces = [whole]
    const headEnd = whole.indexOf('\r\n\r\n')
    if (headEnd === -1) return undefined
    const head = whole.toString('latin1', 0, headEnd)
    const bodyStart = headEnd + 4
    const end = bodyStart + Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0)
    this.#needed = end
    if (whole.length < end) return undefined
    this.#needed = undefined
    this.#pieces = [whole.subarray(end)]
    this.#bytes = whole.length - end
    return requestOf(head, whole.toString('utf8', bodyStart, end), end)
  }
}

function requestOf(head: string, body: string, bytes: number): WallRequest {
  const [line = '', ...fields] = head.split('\r\n')
  const [method = '', target = ''] = line.split(' ')
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const colon = field.indexOf(':')
    headers[field.slice(0, colon).trim().toLowerCase()] = field.slice(colon + 1).trim()
  }
  return { method, path: target.split('?', 1)[0] ?? '', headers, body: jsonObjectIn(body), bytes }
}

/** The object that a text is in JSON; an empty one where it is something else. */
export function jsonObjectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
