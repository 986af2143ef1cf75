import type { ChatChunk, ChatCompletion } from '@nextbest/core'
import { afterEach } from 'vitest'
import {
  startScriptedUpstream,
  type Behaviour,
  type Script,
  type ScriptedUpstream,
  type ScriptedUpstreamOptions,
} from '../../src/scripted-upstream/index.ts'
import { WireClient, until, type WireAnswer } from './client.ts'

export const question: { readonly model: string; readonly messages: object[] } = {
  model: 'acme/thinker',
  messages: [{ role: 'user', content: 'What is the meaning of life?' }],
}

const started: ScriptedUpstream[] = []

afterEach(async () => {
  for (const upstream of started.splice(0)) await upstream.close()
})

/** Starts an upstream that is closed after the test. */
export async function start(options: ScriptedUpstreamOptions = {}): Promise<ScriptedUpstream> {
  const upstream = await startScriptedUpstream(options)
  started.push(upstream)
  return upstream
}

/** Sends a chat request on a connection of its own. */
export function post(
  upstream: ScriptedUpstream,
  body: object = question,
  headers: Record<string, string> = {},
): WireClient {
  const client = new WireClient(upstream)
  client.send('POST', '/v1/chat/completions', { body: JSON.stringify(body), headers })
  return client
}

/** Sends a chat request and returns what comes until the answer is whole or the connection gone. */
export async function ask(upstream: ScriptedUpstream, body: object = question): Promise<WireAnswer> {
  const client = post(upstream, body)
  await until(() => client.answer.whole || client.connection !== 'open')
  const { answer } = client
  client.abort()
  return answer
}

export async function askScripted(behaviour: Script, body: object = question): Promise<WireAnswer> {
  return ask(await start({ behaviour }), body)
}

/** Returns the answer that a behaviour gives to the question when it is not streamed. */
export async function completionWith(behaviour: Behaviour, extra: object = {}): Promise<ChatCompletion> {
  return JSON.parse((await askScripted(behaviour, { ...question, ...extra })).body)
}

/** Returns the chunks with which a behaviour answers the question. Throws unless `[DONE]` comes last. */
export async function chunksWith(behaviour: Behaviour, extra: object = {}): Promise<ChatChunk[]> {
  const { body } = await askScripted(behaviour, { ...question, stream: true, ...extra })
  const events = eventsOf(body)
  if (events.pop() !== '[DONE]') throw new Error(`the stream does not end with [DONE]: ${body}`)
  return events.map((event) => JSON.parse(event))
}

/** Returns the data of all events in a body, which must hold whole events and comments only. */
export function eventsOf(body: string): string[] {
  if (body !== '' && !body.endsWith('\n\n')) throw new Error(`the last event is not whole: ${body}`)
  const events = body.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'))
  return events.map((event) => event.replace(/^data: /, ''))
}

/** Returns the text of one choice of a stream. */
export function textOf(chunks: readonly ChatChunk[], index = 0): string {
  const deltas = chunks.flatMap((chunk) => chunk.choices.filter((choice) => choice.index === index))
  return deltas.map((choice) => choice.delta.content ?? '').join('')
}
