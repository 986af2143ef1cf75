import { referenceText } from '@nextbest/testkit/wall'
import { keyOf } from './names.ts'
import type {
  Observation,
  ObservedAnswer,
  ObservedAttempt,
  ObservedFailure,
  ObservedHealth,
  ObservedPlace,
} from './observation.ts'

/** What calls look like that go as they should, for tests that spoil them. */

const unused: ObservedHealth = {
  samples: 0,
  earlyFailureRate: 0.02,
  lateFailureRate: 0.01,
  gatedForMs: 0,
  heldForMs: 0,
}

const succeeded: ObservedHealth = { ...unused, samples: 1, earlyFailureRate: 0.018, lateFailureRate: 0.009 }
const failedEarly: ObservedHealth = { ...unused, samples: 1, earlyFailureRate: 0.1, lateFailureRate: 0.009 }
const failedLate: ObservedHealth = { ...unused, samples: 1, earlyFailureRate: 0.018, lateFailureRate: 0.1 }

const wholeAnswer: ObservedAnswer = {
  status: 200,
  contentType: 'application/json',
  shouldRetry: undefined,
  retryAfter: undefined,
  text: referenceText,
  refusal: '',
  toolCallDeltas: [],
  finishReasons: ['stop'],
  models: ['wall/asked'],
  usage: { promptTokens: 7, completionTokens: 60 },
  errors: [],
  endMarks: 0,
  eventsAfterError: 0,
  unreadable: undefined,
}

const error = { code: 'provider_error', message: 'the only attempt failed', type: 'server_error' }

export const serverError: ObservedFailure = {
  kind: 'server-error',
  status: 500,
  retryAfterMs: undefined,
  message: 'status 500',
}

function place(provider: string, health: ObservedHealth, requests: number): ObservedPlace {
  const asked = Array.from({ length: requests }, () => ({ tokensBilled: 0 }))
  return {
    provider,
    requests: asked,
    isOrigin: false,
    mayResend: false,
    health,
    sibling: unused,
    nextShare: 0.5,
  }
}

function attempt(provider: string, outcome: ObservedAttempt['outcome']): ObservedAttempt {
  const failure = outcome === 'failed' ? serverError : undefined
  return {
    provider,
    kind: 'plain',
    outcome,
    failure,
    servedModel: undefined,
    billing: 'assumed',
    endedAfterMs: 50,
  }
}

/** The first place answers well. */
export const tolerated: Observation = {
  mode: 'json',
  setting: 'with fallback',
  answer: wholeAnswer,
  places: [place('primary', succeeded, 1), place('fallback', unused, 0)],
  attempts: [attempt('primary', 'answered')],
  usage: { promptTokens: 7, completionTokens: 60, source: 'reported' },
  events: { callStarts: 1, callEnds: 1, attemptStarts: 1, attemptEnds: 1 },
  inFlight: 0,
  untouched: unused,
  texts: ['the only attempt failed'],
  secrets: [
    { name: 'the key of primary', text: keyOf('primary') },
    { name: 'the prompt', text: 'canary-prompt' },
  ],
  gatewayFaults: [],
}

/** The first place fails, and the second one answers. */
export const failedOver: Observation = {
  ...tolerated,
  places: [place('primary', failedEarly, 1), place('fallback', succeeded, 1)],
  attempts: [attempt('primary', 'failed'), attempt('fallback', 'answered')],
  events: { callStarts: 1, callEnds: 1, attemptStarts: 2, attemptEnds: 2 },
}

/** The only place fails. */
export const failed: Observation = {
  ...tolerated,
  setting: 'alone',
  answer: {
    ...wholeAnswer,
    status: 502,
    shouldRetry: 'false',
    text: '',
    finishReasons: [],
    models: [],
    usage: undefined,
    errors: [error],
  },
  places: [place('primary', failedEarly, 1)],
  attempts: [attempt('primary', 'failed')],
  usage: undefined,
}

/** The first place breaks off in the middle of a stream. */
export const brokenOff: Observation = {
  ...tolerated,
  mode: 'stream',
  answer: {
    ...wholeAnswer,
    contentType: 'text/event-stream; charset=utf-8',
    text: referenceText.slice(0, 40),
    finishReasons: ['error'],
    errors: [error],
  },
  places: [place('primary', failedLate, 1), place('fallback', unused, 0)],
  attempts: [attempt('primary', 'failed')],
}

/** The first place breaks off, and the second one goes on. */
export const continued: Observation = {
  ...brokenOff,
  setting: 'continued',
  answer: { ...wholeAnswer, contentType: 'text/event-stream', endMarks: 1 },
  places: [place('primary', failedLate, 1), place('fallback', succeeded, 1)],
  attempts: [attempt('primary', 'failed'), { ...attempt('fallback', 'answered'), kind: 'restart' }],
  events: { callStarts: 1, callEnds: 1, attemptStarts: 2, attemptEnds: 2 },
}
