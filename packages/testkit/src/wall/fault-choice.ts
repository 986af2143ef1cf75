import type { Fault, FaultVariant } from './fault.ts'

/** What a request meets: a fault in one of its variants, or nothing for a good answer. */
export interface ChosenFault {
  readonly fault: Fault
  readonly variant: FaultVariant
}

/** What a model name asks of the wall: for each request in turn, the last one for all that follow. */
export type FaultScript = readonly (ChosenFault | undefined)[]

/**
 * Reads a model name, with or without an author before it:
 *
 * - `ok` answers well,
 * - `fault-65` meets fault 65, `fault-37.308` its variant `308` (without one, its first),
 * - `fault-74-then-ok` meets fault 74 once; any number of steps may follow each other.
 *
 * Returns a text that says what is wrong with the name, if something is.
 */
export function readFaultScript(model: string, faults: readonly Fault[]): FaultScript | string {
  const name = model.slice(model.lastIndexOf('/') + 1)
  const script: (ChosenFault | undefined)[] = []
  for (const step of name.split('-then-')) {
    const chosen = readStep(step, faults)
    if (typeof chosen === 'string') return chosen
    script.push(chosen ?? undefined)
  }
  return script
}

function readStep(step: string, faults: readonly Fault[]): ChosenFault | null | string {
  if (step === 'ok') return null
  const [, number = '', variantName] = /^(?:fault-)?(\d+)(?:\.([a-z0-9-]+))?$/.exec(step) ?? []
  const fault = faults.find((one) => String(one.number) === number)
  if (fault === undefined) return `"${step}" must be "ok" or "fault-N" with N of 1..126`
  const names = Object.keys(fault.variants)
  const variant = fault.variants[variantName ?? names[0] ?? '']
  if (variant === undefined)
    return `fault ${fault.number} has the variants ${names.join(', ')}, not "${variantName}"`
  return { fault, variant }
}
