import { latencyModelDefaults, outcomeCountsDefaults } from '@nextbest/core'
import type { FailureKind, OutcomeRates, Random } from '@nextbest/core'
import type { EndpointOutcomes } from './endpoint-outcomes.ts'
import type { OutcomeModels } from './outcome-models.ts'
import type { Spread } from './spread.ts'
import type { SizedSpreads, WindowOutcomes } from './window-outcomes.ts'

/** What is believed of an endpoint that a trace says nothing of. */
export interface OutcomePrior {
  /** Sum 1. */
  readonly rates: Readonly<OutcomeRates>
  /** Mean time to the first token, in ms. */
  readonly ttftMs: number
  /** Mean time per output token, in ms. */
  readonly msPerToken: number
}

export const outcomePriorDefaults: OutcomePrior = Object.freeze({
  rates: outcomeCountsDefaults.prior,
  ttftMs: latencyModelDefaults.priorTtftMs,
  msPerToken: latencyModelDefaults.priorMsPerToken,
})

/** Attempts' worth of belief in what is known less closely. Source: choice. */
const pseudoAttempts = 1

/** Spread of a believed time around its mean, as the standard deviation of its logarithm. Source: as in `EndpointSignals`. */
const ttftLogDeviation = 0.6
const perTokenLogDeviation = 0.3

/** How long a believed failure takes to show, in ms. Source: choice. */
const believedFailureMs = 1_000

/**
 * Where a drawn outcome is from: the endpoint's own attempts in that time; those of a time nearby, or of all the trace; or what is
 * believed of any endpoint.
 */
export type OutcomeBasis = 'measured' | 'borrowed' | 'assumed'

/** How an attempt would have gone. */
export interface DrawnOutcome {
  readonly end: 'answered' | 'late' | FailureKind
  readonly basis: OutcomeBasis
  readonly ttftMs: number
  readonly msPerToken: number
  /** Time until an early failure shows, in ms. */
  readonly failureMs: number
  readonly retryAfterMs: number | undefined
  /** Share of the answer that came before a late failure, 0..1. */
  readonly deliveredShare: number
}

export interface OutcomeQuestion {
  readonly endpoint: string
  readonly atMs: number
  readonly promptTokens: number
  readonly prior: OutcomePrior
  /** Asked for the same numbers whatever comes of them. */
  readonly random: Random
}

/** Draws how an attempt on an endpoint at an instant goes. */
export function drawOutcome(models: OutcomeModels, question: OutcomeQuestion): DrawnOutcome {
  const { endpoint: id, atMs, prior, random } = question
  const endpoint = models.of(id)
  const window = models.windowAt(atMs)
  const levels = endpoint === undefined ? [] : levelsOf(endpoint, window)
  const { end, basis } = drawEnd(levels, { prior, isOwn: endpoint?.own(window) !== undefined, random })
  const ttft = levels.map((level) => level.ttft)
  const perToken = levels.map((level) => level.perToken)
  const ttftMs = drawTime(ttft, question, { meanMs: prior.ttftMs, logDeviation: ttftLogDeviation })
  const msPerToken = drawTime(perToken, question, {
    meanMs: prior.msPerToken,
    logDeviation: perTokenLogDeviation,
  })
  const known = end === 'answered' || end === 'late' ? undefined : endpoint?.failures(end)
  const place = random()
  return {
    end,
    basis,
    ttftMs,
    msPerToken,
    failureMs: known?.afterMs.quantile(place) ?? believedFailureMs,
    retryAfterMs: known?.retryAfterMs.quantile(place),
    deliveredShare: random(),
  }
}

/** What is known, most closely first. */
function levelsOf(endpoint: EndpointOutcomes, window: number): readonly WindowOutcomes[] {
  return [endpoint.own(window) ?? endpoint.near(window), endpoint.total].filter((one) => one !== undefined)
}

interface EndQuestion {
  readonly prior: OutcomePrior
  /** Whether the first level is of the very window. */
  readonly isOwn: boolean
  readonly random: Random
}

/** Each level counts with its attempts against one attempt's worth of the next: a posterior mean, drawn step by step. */
function drawEnd(
  levels: readonly WindowOutcomes[],
  { prior, isOwn, random }: EndQuestion,
): Pick<DrawnOutcome, 'end' | 'basis'> {
  let u = random()
  const place = random()
  for (const [i, level] of levels.entries()) {
    const share = level.ended / (level.ended + pseudoAttempts)
    if (u < share) return { end: level.endAt(place), basis: i === 0 && isOwn ? 'measured' : 'borrowed' }
    u = (u - share) / (1 - share)
  }
  const { success, early } = prior.rates
  const end = place < success ? 'answered' : place < success + early ? 'server-error' : 'late'
  return { end, basis: 'assumed' }
}

/** The same for times: those of the prompt's size class first, then those of the others. Takes four random numbers. */
function drawTime(
  levels: readonly SizedSpreads[],
  { promptTokens, random }: OutcomeQuestion,
  { meanMs, logDeviation }: { readonly meanMs: number; readonly logDeviation: number },
): number {
  let u = random()
  const place = random()
  const normal = drawNormal(random)
  for (const spread of spreadsOf(levels, promptTokens)) {
    const share = spread.total / (spread.total + pseudoAttempts)
    if (u < share) return spread.quantile(place) ?? meanMs
    u = (u - share) / (1 - share)
  }
  return meanMs * Math.exp(logDeviation * normal - logDeviation ** 2 / 2)
}

function* spreadsOf(levels: readonly SizedSpreads[], promptTokens: number): Generator<Spread> {
  for (const level of levels) {
    const own = level.of(promptTokens)
    if (own !== undefined) yield own
  }
  for (const level of levels) yield* level.othersOf(promptTokens)
}

/** Takes two random numbers. Source: Box and Muller (1958). */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
