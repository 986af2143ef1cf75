import type { Fault, FaultVariant } from '../fault.ts'
import { chunkEvent, usageOf } from './chat-bodies.ts'
import { brokenOff, tolerated } from './expectations.ts'
import { closeBody, openBody } from './streams.ts'
import { onRequest } from './variants.ts'

type Delta = Readonly<Record<string, unknown>>

const outputTokens = 25

/** A stream that calls tools in these pieces, each in an event of its own. */
function calls(deltas: readonly Delta[], ending: 'whole' | 'cut' = 'whole'): FaultVariant {
  const usage = { promptTokens: 7, completionTokens: outputTokens }
  return onRequest(
    (exchange) => {
      const write = openBody(exchange)
      exchange.bill(outputTokens)
      write(exchange.events.opening.join(''))
      for (const delta of deltas) write(chunkEvent(exchange, { delta: { tool_calls: [delta] } }))
      if (ending === 'cut') return exchange.fin()
      write(chunkEvent(exchange, { finish_reason: 'tool_calls' }))
      write(chunkEvent(exchange, {}, { choices: [], usage: usageOf(7, outputTokens) }))
      write(exchange.events.end.join(''))
      return closeBody(exchange)
    },
    { expected: { toolCallDeltas: deltas, usage } },
  )
}

/** The piece that begins a call. */
function call(index: number, id: string, name: string): Delta {
  return { index, id, type: 'function', function: { name, arguments: '' } }
}

/** A piece of a call's arguments. */
function piece(index: number, text: string): Delta {
  return { index, function: { arguments: text } }
}

const halfCall: readonly Delta[] = [call(0, 'call_a', 'weather'), piece(0, '{"city":"Be')]

/** Calls of tools in a stream; their pieces go on unchanged, whatever they are (117). */
export const toolCallFaults: readonly Fault[] = [
  {
    number: 117,
    name: 'odd pieces of tool calls',
    expected: { stream: { ...tolerated, text: '', finishReason: 'tool_calls' } },
    variants: {
      'gap-in-indices': calls([
        call(0, 'call_a', 'weather'),
        piece(0, '{"city":"Bern"}'),
        call(3, 'call_b', 'clock'),
        piece(3, '{"zone":"CET"}'),
      ]),
      'id-repeated': calls([
        call(0, 'call_a', 'weather'),
        { ...piece(0, '{"city":'), id: 'call_a' },
        { ...piece(0, '"Bern"}'), id: 'call_a' },
      ]),
      'id-missing': calls([
        { index: 0, type: 'function', function: { name: 'weather', arguments: '' } },
        piece(0, '{"city":"Bern"}'),
      ]),
      'name-in-second-piece': calls([
        { index: 0, id: 'call_a', type: 'function', function: { arguments: '' } },
        { index: 0, function: { name: 'weather' } },
        piece(0, '{"city":"Bern"}'),
      ]),
      interleaved: calls([
        call(0, 'call_a', 'weather'),
        call(1, 'call_b', 'clock'),
        piece(0, '{"city":'),
        piece(1, '{"zone":'),
        piece(0, '"Bern"}'),
        piece(1, '"CET"}'),
      ]),
      'invalid-json': calls(halfCall),
      /** The same pieces, and it stays open how the call would have gone on. */
      cut: { ...calls(halfCall, 'cut'), expected: { ...brokenOff, toolCallDeltas: halfCall } },
    },
  },
]
