// What can be reached without seeing the future: every provider's true parameters, present faults, load and bucket are known, and the mean
// length of the answers of a kind of caller, but not the luck of the attempt. It takes the lowest index over those, for certain. A policy that
// must learn all this is worse by what learning costs; the oracle is better by what luck brings.
import { indexUsd } from '@nextbest/core'

import type { Contender, Setting } from '../contender.ts'
import { meanOutputTokens } from '../testkit.ts'
import type { World } from '../testkit.ts'

/** How soon an endpoint that never answers is given up, in ms: about what the engine's limits come to. */
const hangMs = 4_000

/** An endpoint that would refuse comes behind all others. */
const refusedUsd = 1e6

export const informed: Contender = {
  name: 'informed',
  create: (setting) => {
    const providers = new Map(setting.world.providers.map((provider) => [provider.profile.name, provider]))
    return {
      name: 'informed',
      guards: 'own',
      order(candidates, { nowMs }) {
        const ranked = candidates.map((candidate) => {
          const provider = providers.get(candidate.known.endpoint.provider)
          return {
            candidate,
            usd: provider === undefined ? refusedUsd : trueIndexUsd(provider, setting, nowMs),
          }
        })
        ranked.sort((one, other) => one.usd - other.usd)
        return { endpoints: ranked.map(({ candidate }) => candidate) }
      },
    }
  },
}

function trueIndexUsd(
  provider: World['providers'][number],
  { world, objective, currentRequest }: Setting,
  nowMs: number,
): number {
  const number = currentRequest()
  const outlook = provider.outlook(number, nowMs)
  if (outlook === undefined) return refusedUsd
  const { rates, firstMs, msPerToken, errorMs } = outlook
  const outputTokens = meanOutputTokens[world.requests[number]?.class ?? 'chat']
  const usdPerMs = objective.usdPerSecond / 1_000
  const early = Math.min(rates.error + rates.hang, 1 - 1e-9)
  const detectMs = early === 0 ? 0 : (rates.error * errorMs + rates.hang * hangMs) / early
  const answerUsd =
    provider.priceUsd(number, outputTokens, nowMs) + usdPerMs * (firstMs + outputTokens * msPerToken)
  return indexUsd({
    success: rates.answer,
    early,
    late: rates.cut,
    answerUsd,
    earlyFailureUsd: usdPerMs * detectMs + provider.priceUsd(number, 0, nowMs),
    lateFailureUsd: answerUsd + objective.failureUsd,
  })
}
