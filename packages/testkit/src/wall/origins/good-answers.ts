import type { Socket } from 'node:net'
import { WallExchange } from '../wall-exchange.ts'
import { wallFormatOf } from '../wall-formats.ts'
import { WallLedger } from '../wall-ledger.ts'
import { RequestReader, type WallRequest } from '../wall-request.ts'
import type { Origin } from './origin.ts'

/** Answers every request of a connection well. */
export function answerWell(socket: Socket, origin: Origin): void {
  const reader = new RequestReader()
  let requestsOnSocket = 0
  socket.on('data', (bytes) => {
    for (const request of reader.push(bytes)) {
      origin.requests++
      exchangeOf(request, { socket, requestsOnSocket: ++requestsOnSocket }).answerWell()
    }
  })
}

function exchangeOf(
  request: WallRequest,
  place: { readonly socket: Socket; readonly requestsOnSocket: number },
): WallExchange {
  const ledger = new WallLedger()
  const { path, body } = request
  const format = wallFormatOf(path)
  const entry = ledger.add({
    model: format.modelOf(body, path),
    fault: 0,
    stream: format.wantsStream(body, path),
  })
  return new WallExchange({ ...place, request, format, entry, ledger })
}
