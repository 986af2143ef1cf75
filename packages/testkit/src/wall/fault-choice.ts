import type { Fault, FaultVariant } from './fault.ts'
import type { PublicFault } from './public-fault.ts'
import { publicFaults } from './public-faults.ts'

/** A fault of the catalogue in one of its variants. */
export interface ChosenFault {
  readonly fault: Fault
  readonly variant: FaultVariant
}

/** What a request meets: a fault of the catalogue, one of the public test, or nothing for a good answer. */
export type FaultStep = ChosenFault | PublicFault | undefined

/** What a model name asks of the wall: for each request in turn, the last one for all that follow. */
export type FaultScript = readonly FaultStep[]

/**
 * Reads a model name, with or without an author before it:
 *
 * - `ok` answers well,
 * - `fault-65` meets fault 65, `fault-37.308` its variant `308` (without one, its first),
 * - `s01` .. `s16` meet the faults of the public test, in which those that come once are followed by good answers,
 * - `fault-74-then-ok` meets fault 74 once; any number of steps may follow each other.
 *
 * Returns a text that says what is wrong with the name, if something is.
 */
export function readFaultScript(model: string, faults: readonly Fault[]): FaultScript | string {
  const script: FaultStep[] = []
  for (const step of plainName(model).split('-then-')) {
    const chosen = readStep(step, faults)
    if (typeof chosen === 'string') return chosen
    script.push(chosen)
  }
  const last = script.at(-1)
  if (last !== undefined && 'once' in last) script.push(undefined)
  return script
}

/** Returns a model name without the author before it. */
export function plainName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1)
}

function readStep(step: string, faults: readonly Fault[]): FaultStep | string {
  if (step === 'ok') return undefined
  return publicFaults.find(({ id }) => id === step) ?? readNumber(step, faults)
}

function readNumber(step: string, faults: readonly Fault[]): ChosenFault | string {
  const [, number = '', variantName] = /^(?:fault-)?(\d+)(?:\.([a-z0-9-]+))?$/.exec(step) ?? []
  const fault = faults.find((one) => String(one.number) === number)
  if (fault === undefined) return `"${step}" must be "ok", "fault-N" with N of 1..126, or "s01" .. "s16"`
  const names = Object.keys(fault.variants)
  const variant = fault.variants[variantName ?? names[0] ?? '']
  if (variant === undefined)
    return `fault ${fault.number} has the variants ${names.join(', ')}, not "${variantName}"`
  return { fault, variant }
}
