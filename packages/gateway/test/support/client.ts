import { request } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Sends a request and waits for its whole answer. */
export async function send(url: string, sent: Sent = {}): Promise<Answer> {
  const response = await open(url, sent).answered
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) }
}

/** Starts a request; its answer can be read as it comes. */
export function open(
  url: string,
  { method = 'GET', headers = {}, body }: Sent,
): { readonly sent: ClientRequest; readonly answered: Promise<IncomingMessage> } {
  const sent = request(url, { method, headers, agent: false })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', reject)
  })
  sent.end(body)
  return { sent, answered }
}

export const chatPath = '/v1/chat/completions'

/** Posts a chat request. */
export function chat(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(`${url}${chatPath}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

export const question = { model: 'deepseek/deepseek-coder', messages: [{ role: 'user', content: 'Hello' }] }

/** Sends bytes as they are and returns all that comes back until the server closes the connection. */
export function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let received = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      received += chunk
    })
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
  })
}

export function json(answer: Answer): unknown {
  return JSON.parse(answer.text)
}
