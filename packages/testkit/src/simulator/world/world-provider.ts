import type { AttemptScript, AttemptStep, ArrivingAttempt, SimulatedProvider } from '../attempt-script.ts'
import { fateOf, lastTokenMs, luckOf } from './attempt-fate.ts'
import type { AttemptFate, AttemptLuck, Meeting } from './attempt-fate.ts'
import { fateScript, refusalScript } from './attempt-steps.ts'
import { conditionAt } from './fault.ts'
import type { Condition, Fault } from './fault.ts'
import { outlookOf } from './outlook.ts'
import type { Outlook } from './outlook.ts'
import { PromptCache } from './prompt-cache.ts'
import type { ProviderProfile } from './provider-profile.ts'
import { Refill } from './refill.ts'
import type { WorldRequest } from './traffic.ts'
import { requestNumberOf } from './world-request.ts'

/** An attempt as its provider saw it, once it is over. */
export interface AttemptRecord {
  /** Number of the request. */
  readonly request: number
  readonly provider: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** How it ended; `cancelled`: the caller ended it while it was going well. */
  readonly result: AttemptFate['mode'] | 'refused' | 'cancelled'
  /** What the provider charges: nothing for a refusal, else the prompt and the tokens that came. */
  readonly billedUsd: number
}

/** What a provider would do with a request that came now. */
export interface Prospect {
  /** Undefined: it would refuse. */
  readonly fate: AttemptFate | undefined
  /** What the whole attempt would cost, in US dollars. */
  readonly usd: number
}

export interface WorldProviderOptions {
  readonly profile: ProviderProfile
  /** Those of this provider. */
  readonly faults: readonly Fault[]
  readonly seed: number
  readonly requests: readonly WorldRequest[]
  /** Hears of every attempt that is over. */
  readonly whenOver: (record: AttemptRecord) => void
}

interface UnderWay {
  readonly number: number
  readonly startedAtMs: number
  readonly cachedTokens: number
  readonly condition: Condition
  /** Undefined: it was refused. */
  readonly fate: AttemptFate | undefined
}

/** A provider of the world: a bucket of requests, congestion, luck and faults. Many routers may share it. */
export class WorldProvider implements SimulatedProvider {
  readonly profile: ProviderProfile
  readonly #options: WorldProviderOptions
  readonly #bucket = new Refill()
  readonly #cache: PromptCache
  readonly #underWay = new Map<ArrivingAttempt, UnderWay>()
  readonly #earlier: Uint8Array
  #admitted = 0
  #mostInFlight = 0

  constructor(options: WorldProviderOptions) {
    this.profile = options.profile
    this.#options = options
    this.#cache = new PromptCache(options.profile)
    this.#earlier = new Uint8Array(options.requests.length)
  }

  /** Attempts under way that it has let in. */
  get inFlight(): number {
    return this.#admitted
  }

  get mostInFlight(): number {
    return this.#mostInFlight
  }

  arrive(attempt: ArrivingAttempt): AttemptScript {
    const { nowMs } = attempt
    const number = requestNumberOf(attempt.request)
    const condition = conditionAt(this.#options.faults, nowMs)
    const perMinute = this.#perMinute(condition)
    const admitted = this.#bucket.tryTake(perMinute, nowMs)
    const request = this.#request(number)
    const cachedTokens = this.#cache.cachedTokens(request, nowMs)
    const fate = admitted ? this.#fate(number, condition, cachedTokens) : undefined
    this.#earlier[number] = (this.#earlier[number] ?? 0) + 1
    this.#underWay.set(attempt, { number, startedAtMs: nowMs, cachedTokens, condition, fate })
    if (fate === undefined) return refusalScript(60_000 / perMinute)
    this.#admitted += 1
    this.#mostInFlight = Math.max(this.#mostInFlight, this.#admitted)
    this.#cache.read(request, nowMs)
    return fateScript(fate, this.#usage(request, cachedTokens), this.#head(fate, number))
  }

  depart(attempt: ArrivingAttempt, nowMs: number): void {
    const under = this.#underWay.get(attempt)
    if (under === undefined) return
    this.#underWay.delete(attempt)
    const { number, startedAtMs, fate } = under
    if (fate !== undefined) this.#admitted -= 1
    const outputTokens = fate === undefined ? 0 : tokensBy(fate, nowMs - startedAtMs)
    this.#options.whenOver({
      request: number,
      provider: this.profile.name,
      startedAtMs,
      endedAtMs: nowMs,
      result: resultOf(fate, nowMs - startedAtMs),
      billedUsd: fate === undefined ? 0 : this.#usd(under, outputTokens),
    })
  }

  /** Looks into the future of a request that came now, as only an oracle can. Changes nothing. */
  prospect(number: number, nowMs: number): Prospect {
    const condition = conditionAt(this.#options.faults, nowMs)
    if (!this.#bucket.admits(this.#perMinute(condition), nowMs)) return { fate: undefined, usd: 0 }
    const cachedTokens = this.#cache.cachedTokens(this.#request(number), nowMs)
    const fate = this.#fate(number, condition, cachedTokens)
    const tokens = fate.mode === 'answer' || fate.mode === 'cut' ? fate.outputTokens : 0
    return { fate, usd: this.#usd({ number, condition, cachedTokens }, tokens) }
  }

  /** Returns what is to be expected of a request that came now, or nothing if it would be refused. Changes nothing. */
  outlook(number: number, nowMs: number): Outlook | undefined {
    const condition = conditionAt(this.#options.faults, nowMs)
    if (!this.#bucket.admits(this.#perMinute(condition), nowMs)) return undefined
    const cachedTokens = this.#cache.cachedTokens(this.#request(number), nowMs)
    return outlookOf(this.#meeting(number, condition, cachedTokens))
  }

  #fate(number: number, condition: Condition, cachedTokens: number): AttemptFate {
    return fateOf(this.#luck(number), this.#meeting(number, condition, cachedTokens))
  }

  #meeting(number: number, condition: Condition, cachedTokens: number): Meeting {
    const request = this.#request(number)
    return { profile: this.profile, condition, request, cachedTokens, inFlight: this.#admitted }
  }

  #luck(number: number): AttemptLuck {
    const earlier = this.#earlier[number] ?? 0
    return luckOf({ seed: this.#options.seed, request: number, provider: this.profile.name, earlier })
  }

  #request(number: number): WorldRequest {
    const request = this.#options.requests[number]
    if (request === undefined) throw new RangeError(`the world has no request ${number}`)
    return request
  }

  #perMinute({ capacityFactor }: Condition): number {
    return this.profile.requestsPerMinute * capacityFactor
  }

  /** What a request that came now would cost with so many output tokens, in US dollars. */
  priceUsd(number: number, outputTokens: number, nowMs: number): number {
    const condition = conditionAt(this.#options.faults, nowMs)
    const cachedTokens = this.#cache.cachedTokens(this.#request(number), nowMs)
    return this.#usd({ number, condition, cachedTokens }, outputTokens)
  }

  #usd(under: Pick<UnderWay, 'number' | 'cachedTokens' | 'condition'>, outputTokens: number): number {
    const { promptUsdPerMillion, outputUsdPerMillion, cache } = this.profile
    const { promptTokens } = this.#request(under.number)
    const paidTokens = promptTokens - under.cachedTokens * (1 - (cache?.priceShare ?? 1))
    const perMillionUsd = paidTokens * promptUsdPerMillion + outputTokens * outputUsdPerMillion
    return (perMillionUsd / 1e6) * under.condition.priceFactor
  }

  #usage({ promptTokens, outputTokens }: WorldRequest, cachedTokens: number) {
    return {
      promptTokens,
      completionTokens: outputTokens,
      cachedPromptTokens: this.profile.cache === undefined ? 0 : cachedTokens,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      source: 'reported',
    } as const
  }

  /** Headers that say what is not so: nothing left, or less than nothing, or yesterday's number. */
  #head(fate: AttemptFate, number: number): AttemptStep | undefined {
    if (this.profile.headers !== 'lies') return undefined
    const remaining = ['-1', '0', String(this.profile.requestsPerMinute)][number % 4]
    const limit = String(this.profile.requestsPerMinute)
    const told = { 'x-ratelimit-limit-requests': limit, 'x-ratelimit-reset-requests': '60s' }
    const headers = remaining === undefined ? {} : { ...told, 'x-ratelimit-remaining-requests': remaining }
    return { type: 'head', afterMs: fate.firstMs, status: 200, headers }
  }
}

/** Tokens that had come by some time after the arrival. */
function tokensBy(fate: AttemptFate, afterMs: number): number {
  if (fate.mode === 'error' || fate.mode === 'hang' || afterMs < fate.firstMs) return 0
  return Math.min(fate.outputTokens, 1 + Math.floor((afterMs - fate.firstMs + 1e-6) / fate.msPerToken))
}

function resultOf(fate: AttemptFate | undefined, afterMs: number): AttemptRecord['result'] {
  if (fate === undefined) return 'refused'
  if (fate.mode === 'hang' || fate.mode === 'error') return fate.mode
  return afterMs >= lastTokenMs(fate) - 1e-6 ? fate.mode : 'cancelled'
}
