/** How an attempt goes wrong: an error before anything else, silence, or a stream that breaks off. */
export type FailureMode = 'error' | 'hang' | 'cut'

/** Something that is wrong with some providers for a time, on top of what they are like. */
export interface Fault {
  /** Names of the providers. */
  readonly providers: readonly string[]
  readonly fromMs: number
  readonly untilMs: number
  /** Comes and goes within the window: on for so long, then off for so long. Default: always on. */
  readonly cycle?: { readonly onMs: number; readonly offMs: number }
  /** Attempts that fail in addition, and how. Default: none. */
  readonly failing?: { readonly share: number; readonly mode: FailureMode }
  /** Whether `failing.share` is reached only at the window's end, from 0, in a straight line. Default: false. */
  readonly growing?: boolean
  /** Multiplies the time to the first token. Default: 1. */
  readonly ttftFactor?: number
  /** Multiplies the time per output token. Default: 1. */
  readonly perTokenFactor?: number
  /** Multiplies requests per minute, and the burst with them. Default: 1. */
  readonly capacityFactor?: number
  /** Multiplies prices. Default: 1. */
  readonly priceFactor?: number
}

/** All that is wrong with a provider at an instant. */
export interface Condition {
  readonly failing: readonly { readonly share: number; readonly mode: FailureMode }[]
  readonly ttftFactor: number
  readonly perTokenFactor: number
  readonly capacityFactor: number
  readonly priceFactor: number
}

const healthy: Condition = Object.freeze({
  failing: [],
  ttftFactor: 1,
  perTokenFactor: 1,
  capacityFactor: 1,
  priceFactor: 1,
})

/** Returns whether a fault is on at an instant; its window ends just before `untilMs`. */
export function isOn({ fromMs, untilMs, cycle }: Fault, nowMs: number): boolean {
  if (nowMs < fromMs || nowMs >= untilMs) return false
  return cycle === undefined || (nowMs - fromMs) % (cycle.onMs + cycle.offMs) < cycle.onMs
}

/** Returns what is wrong with a provider at an instant. The faults given are those of that provider. */
export function conditionAt(faults: readonly Fault[], nowMs: number): Condition {
  let condition = healthy
  for (const fault of faults) if (isOn(fault, nowMs)) condition = worsened(condition, fault, nowMs)
  return condition
}

function worsened(condition: Condition, fault: Fault, nowMs: number): Condition {
  const { failing, growing, fromMs, untilMs } = fault
  const reached = growing === true ? (nowMs - fromMs) / (untilMs - fromMs) : 1
  return {
    failing:
      failing === undefined
        ? condition.failing
        : [...condition.failing, { share: failing.share * reached, mode: failing.mode }],
    ttftFactor: condition.ttftFactor * (fault.ttftFactor ?? 1),
    perTokenFactor: condition.perTokenFactor * (fault.perTokenFactor ?? 1),
    capacityFactor: condition.capacityFactor * (fault.capacityFactor ?? 1),
    priceFactor: condition.priceFactor * (fault.priceFactor ?? 1),
  }
}
