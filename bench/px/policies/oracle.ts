// The clairvoyant: for each request it takes the endpoint whose attempt, were it made now, would lose least, because it sees the luck of
// every attempt, every bucket and every fault. It is myopic: what its choice does to later requests it does not see, so a policy can
// be a little better than it. An attempt that fails loses what it costs, the time until it fails, and the penalty.
import type { Contender, Setting } from '../contender.ts'
import { lossUsd } from '../objective.ts'
import { lastTokenMs } from '../testkit.ts'
import type { World } from '../testkit.ts'

/** When an attempt that is refused, and one that is never answered, are taken to be over, in ms. */
const refusalMs = 80
const hangMs = 30_000

export const oracle: Contender = {
  name: 'oracle',
  create: (setting) => {
    const providers = new Map(setting.world.providers.map((provider) => [provider.profile.name, provider]))
    return {
      name: 'oracle',
      guards: 'own',
      order(candidates, { nowMs }) {
        const foreseen = candidates.map((candidate) => {
          const provider = providers.get(candidate.known.endpoint.provider)
          return { candidate, usd: provider === undefined ? Infinity : foreseenUsd(provider, setting, nowMs) }
        })
        foreseen.sort((one, other) => one.usd - other.usd)
        return { endpoints: foreseen.map(({ candidate }) => candidate) }
      },
    }
  },
}

/** Loss of the request that is being decided, were its only attempt made at a provider now. */
function foreseenUsd(
  provider: World['providers'][number],
  { objective, currentRequest }: Pick<Setting, 'objective' | 'currentRequest'>,
  nowMs: number,
): number {
  const { fate, usd } = provider.prospect(currentRequest(), nowMs)
  if (fate === undefined) return lossUsd({ usd, durationMs: refusalMs, answered: false }, objective)
  const durationMs = fate.mode === 'hang' ? hangMs : fate.mode === 'error' ? fate.firstMs : lastTokenMs(fate)
  return lossUsd({ usd, durationMs, answered: fate.mode === 'answer' }, objective)
}
