import { type TokenUsage, usageFromWire } from '@nextbest/core'
import { isObject, type WireAnswer } from './wire-answer.ts'

/** Returns the usage that an answer or a chunk reports: at its top, in Groq's own field, or in its first choice. */
export function usageIn({ usage, x_groq, choices }: WireAnswer): TokenUsage | undefined {
  const reported = usage ?? usageOf(x_groq) ?? (Array.isArray(choices) ? usageOf(choices[0]) : undefined)
  return isObject(reported) ? usageFromWire(reported) : undefined
}

function usageOf(value: unknown): unknown {
  return isObject(value) && 'usage' in value ? value.usage : undefined
}
