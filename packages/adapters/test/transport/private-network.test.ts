import { afterEach, describe, expect, test } from 'vitest'
import { createTransport } from '../../src/transport/undici-transport.ts'
import { type RawServer, response, serve } from './raw-server.ts'
import { Recorder } from './recorder.ts'
import { testCertificate } from './test-certificate.ts'

let server: RawServer | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

describe('a base URL that will not do', () => {
  test.each([
    ['api.example.com', 'baseUrl must be an absolute URL'],
    ['', 'baseUrl must be an absolute URL'],
    ['https://user:secret@api.example.com', 'baseUrl must not contain credentials'],
    ['https://secret@api.example.com', 'baseUrl must not contain credentials'],
    ['https://api.example.com/v1?key=secret', 'baseUrl must not contain a query'],
    ['https://api.example.com/v1?', 'baseUrl must not contain a query'],
    ['https://api.example.com/v1#secret', 'baseUrl must not contain a fragment'],
    ['ftp://api.example.com', 'baseUrl must use https:, got ftp:'],
    ['file:///etc/passwd', 'baseUrl must use https:, got file:'],
  ])('%s', (baseUrl, message) => {
    for (const allowPrivateNetwork of [false, true]) {
      expect(() => createTransport({ baseUrl, allowPrivateNetwork })).toThrow(new TypeError(message))
    }
  })

  test('plain HTTP, unless private networks are allowed', () => {
    expect(() => createTransport({ baseUrl: 'http://api.example.com' })).toThrow(
      new TypeError('baseUrl must use https: unless allowPrivateNetwork is set'),
    )
    expect(() =>
      createTransport({ baseUrl: 'http://api.example.com', allowPrivateNetwork: true }),
    ).not.toThrow()
  })

  test.each([
    'https://127.0.0.1',
    'https://127.1',
    'https://2130706433',
    'https://0x7f000001',
    'https://0177.0.0.1',
    'https://１２７.0.0.1',
    'https://169.254.169.254/latest',
    'https://[::1]:8443',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:8.8.8.8]',
    'https://[64:ff9b::10.0.0.1]',
    'https://[fd00::1]',
    'https://10.0.0.1',
    'https://100.64.0.1',
    'https://0.0.0.0',
  ])('an address that is not public, however it is written: %s', (baseUrl) => {
    expect(() => createTransport({ baseUrl })).toThrow(
      new TypeError('baseUrl must not be an address of a private network unless allowPrivateNetwork is set'),
    )
    expect(() => createTransport({ baseUrl, allowPrivateNetwork: true })).not.toThrow()
  })
})

test('a name that resolves to an address that is not public is refused, and nothing is connected', async () => {
  server = await serve((socket) => socket.write(response('hello')), testCertificate)
  const options = { baseUrl: `https://localhost:${server.port}`, certificateAuthority: testCertificate.cert }
  const request = { path: '/chat', headers: {}, body: '{}' }
  const refused = new Recorder()
  const allowed = new Recorder()
  const transports = [createTransport(options), createTransport({ ...options, allowPrivateNetwork: true })]

  transports[0]?.send(request, refused)
  await refused.over
  expect(server.accepted).toBe(0)
  transports[1]?.send(request, allowed)
  await allowed.over

  expect(refused.evidence).toEqual({
    type: 'network',
    code: 'ERR_PRIVATE_NETWORK',
    message: 'the host is on a private network',
    phase: 'connecting',
  })
  expect(allowed.body).toBe('hello')
  for (const transport of transports) await transport.close()
})
