import { describe, expect, test } from 'vitest'
import { callLines } from '../../src/log/call-line.ts'
import { createCallLog } from '../../src/log/call-log.ts'
import { ansiColours, coloursFor, noColours } from '../../src/log/colours.ts'
import { plainText } from '../../src/log/plain-text.ts'
import { attemptOf, callId, routeOf } from '../support/fake-router.ts'

const at = '09:05:07'
const failure = { kind: 'server-error', status: 500, message: 'oops' } as const
const novita = {
  endpoint: 'novita:deepseek/deepseek-coder',
  outcome: 'failed',
  failure,
  durationMs: 212.3,
} as const

describe('callLines', () => {
  test('tell of an answered call in one line', () => {
    expect(callLines({ route: routeOf({}), error: undefined, at }, noColours)).toEqual([
      '09:05:07 deepseek/deepseek-coder -> northwind:deepseek/deepseek-coder  8 + 2 tokens  812 ms, first token 302 ms  $0.0000035',
    ])
  })

  test('tell of each failed attempt before it, and who came next', () => {
    const timeout = { kind: 'first-token-timeout', message: 'late' } as const
    const attempts = [
      attemptOf(novita),
      attemptOf({
        number: 2,
        endpoint: 'bluepeak:deepseek/deepseek-coder',
        outcome: 'failed',
        failure: timeout,
        durationMs: 3_000,
      }),
      attemptOf({ number: 3 }),
    ]

    expect(
      callLines({ route: routeOf({ attempts, firstTokenMs: undefined }), error: undefined, at }, noColours),
    ).toEqual([
      '09:05:07 failover: novita:deepseek/deepseek-coder 500 server error after 212 ms -> bluepeak:deepseek/deepseek-coder',
      '09:05:07 failover: bluepeak:deepseek/deepseek-coder first token timeout after 3000 ms -> northwind:deepseek/deepseek-coder',
      '09:05:07 deepseek/deepseek-coder -> northwind:deepseek/deepseek-coder  8 + 2 tokens  812 ms  $0.0000035',
    ])
  })

  test('tell of a failed call', () => {
    const route = routeOf({ attempts: [attemptOf(novita)], endpoint: undefined, usage: undefined })

    expect(callLines({ route, error: 'the only attempt failed', at }, noColours)).toEqual([
      '09:05:07 failover: novita:deepseek/deepseek-coder 500 server error after 212 ms -> none left',
      '09:05:07 deepseek/deepseek-coder failed  1 attempt  812 ms  the only attempt failed',
    ])
  })

  test('never let a client write lines or colours of its own', () => {
    const route = routeOf({ model: 'a/b\r\n09:00:00 forged\u001B[31m\u202E', attempts: [] })

    const lines = callLines({ route, error: 'bad\nnews', at }, noColours).join('')

    expect(lines).toBe(
      String.raw`09:05:07 a/b\u{d}\u{a}09:00:00 forged\u{1b}[31m\u{202e} failed  0 attempts  812 ms  bad\u{a}news`,
    )
  })

  test('are coloured for a terminal only', () => {
    expect(coloursFor(true, {})).toBe(ansiColours)
    expect(coloursFor(true, { NO_COLOR: '' })).toBe(ansiColours)
    expect(coloursFor(true, { NO_COLOR: '1' })).toBe(noColours)
    expect(coloursFor(false, {})).toBe(noColours)
    expect(callLines({ route: routeOf({}), error: undefined, at }, ansiColours)[0]).toContain(
      '\u001B[32mnorthwind',
    )
  })
})

test('plainText cuts what is too long', () => {
  expect(plainText('x'.repeat(1_000_000), 10)).toBe('xxxxxxxxxx…')
})

test('a call log writes whole lines, at the end of calls and for held endpoints', () => {
  const written: string[] = []
  const log = createCallLog({
    write: (text) => written.push(text),
    colours: noColours,
    now: () => new Date(2026, 10, 23, 9, 5, 7),
  })

  log({ type: 'call-start', callId, model: 'a/b', promptTokens: 8 })
  log({ type: 'endpoint-held', endpoint: 'novita:a/b', reason: 'the key is\nwrong' })
  log({
    type: 'call-end',
    callId,
    route: routeOf({ attempts: [attemptOf(novita), attemptOf({ number: 2 })] }),
    error: undefined,
  })

  expect(written).toEqual([
    String.raw`09:05:07 held: novita:a/b the key is\u{a}wrong` + '\n',
    '09:05:07 failover: novita:deepseek/deepseek-coder 500 server error after 212 ms -> northwind:deepseek/deepseek-coder\n' +
      '09:05:07 deepseek/deepseek-coder -> northwind:deepseek/deepseek-coder  8 + 2 tokens  812 ms, first token 302 ms  $0.0000035\n',
  ])
})
