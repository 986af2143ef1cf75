// Calls a gateway as a client does, and judges what came back.
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

export const model = 'northwind/standard'

/** What a caller got. `broken`: part of an answer, and then an error or nothing. */
export interface CallResult {
  readonly outcome: 'answered' | 'failed' | 'broken'
  readonly stream: boolean
  /** HTTP status; 0 where none came. */
  readonly status: number
  /** On the wall clock. */
  readonly startedAtMs: number
  /** From the request to the end of the answer, on the wall clock. */
  readonly durationMs: number
}

/** A client with connections that it keeps. */
export interface Caller {
  call(stream: boolean): Promise<CallResult>
  close(): void
}

/** Returns a client of the gateway at `url` to whom an answer is whole when it is `expected`, all of it. */
export function createCaller(url: string, expected: string): Caller {
  const agent = new Agent({ keepAlive: true })
  let calls = 0
  return {
    close: () => agent.destroy(),
    async call(stream) {
      calls += 1
      const startedAtMs = performance.now()
      const { status, body } = await post(agent, url, bodyOf(calls, stream))
      const durationMs = performance.now() - startedAtMs
      const got = stream ? streamedText(body) : jsonText(body)
      const whole = status === 200 && got === expected && (!stream || body.endsWith('data: [DONE]\n\n'))
      const part = stream && got !== ''
      return {
        outcome: whole ? 'answered' : part ? 'broken' : 'failed',
        stream,
        status,
        startedAtMs,
        durationMs,
      }
    },
  }
}

/** Returns the body of the n-th call; each asks something else. */
export function bodyOf(n: number, stream: boolean): string {
  const messages = [{ role: 'user', content: `Question ${n}: what is the meaning of life?` }]
  return JSON.stringify({ model, messages, max_tokens: 64, stream })
}

async function post(
  agent: Agent,
  url: string,
  body: string,
): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' }
      const sent = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers }, resolve)
      sent.on('error', reject)
      sent.end(body)
    })
    return { status: response.statusCode ?? 0, body: await text(response) }
  } catch {
    return { status: 0, body: '' }
  }
}

function jsonText(body: string): string {
  try {
    const answer = JSON.parse(body) as {
      readonly choices?: readonly { readonly message?: { readonly content?: string } }[]
    }
    return answer.choices?.[0]?.message?.content ?? ''
  } catch {
    return ''
  }
}

/** The content of all whole events. */
function streamedText(body: string): string {
  return body
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as Chunk)
    .map(({ choices }) => choices?.[0]?.delta?.content ?? '')
    .join('')
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[]
}
