// The baseline: the least that a proxy on Node can do. node:http in front, undici `stream` behind, bytes passed through.
// Usage: node bare.ts <port> <upstream port>
import { createServer } from 'node:http'

import { Agent, stream } from 'undici'

const [port, upstreamPort] = process.argv.slice(2)
const url = `http://127.0.0.1:${upstreamPort}/v1/chat/completions`
const dispatcher = new Agent({ connections: 256 })

createServer((request, response) => {
  const { authorization = '', 'content-length': length = '' } = request.headers
  const headers = { authorization, 'content-length': length, 'content-type': 'application/json' }
  stream(url, { dispatcher, method: 'POST', headers, body: request }, (answer) => {
    const { 'content-type': type, 'content-length': bytes } = answer.headers
    response.writeHead(answer.statusCode, {
      'content-type': String(type),
      ...(bytes !== undefined && { 'content-length': String(bytes) }),
    })
    return response
  }).catch(() => response.destroy())
}).listen(Number(port), '127.0.0.1', 4096)
