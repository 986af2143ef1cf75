import { expect, test } from 'vitest'
import { classify } from '../../src/failure/classify.ts'
import { healthWeightOf } from '../../src/failure/policies.ts'

const lost = { type: 'network', code: 'UND_ERR_SOCKET', message: 'other side closed', phase: 'sent' } as const

test('the loss of a connection counts, unless it is excused: then it says nothing of the endpoint', () => {
  const failure = classify(lost)
  const excused = classify({ ...lost, excused: true })

  expect([failure.kind, failure.excused, healthWeightOf(failure)]).toEqual(['connection-lost', undefined, 1])
  expect([excused.kind, excused.excused, healthWeightOf(excused)]).toEqual(['connection-lost', true, 0])
})

test.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'])(
  '%s is this process’s own lack: nobody is blamed, and it is worth asking again in a second',
  (code) => {
    const failure = classify({ type: 'network', code, message: code, phase: 'connecting' })

    expect(failure).toMatchObject({ kind: 'out-of-resources', retryAfterMs: 1_000 })
    expect(healthWeightOf(failure)).toBe(0)
  },
)
