import { ShadowBucket, type ShadowReceipt } from '../../src/signals/shadow-bucket.ts'
import { TokenBucket } from '../../src/signals/token-bucket.ts'

/** One attempt, in shares of what it may be and in ms after what came before. */
export interface ScriptedAttempt {
  readonly gapMs: number
  readonly share: number
  readonly countMs: number
  readonly headerMs: number
  readonly endMs: number
  readonly usedShare: number
  readonly saysReset: boolean
}

interface Sending {
  readonly atMs: number
  readonly amount: number
}

interface Event {
  readonly atMs: number
  readonly run: () => void
}

/**
 * Sends what a shadow bucket admits to a provider whose limit is a token bucket, with every delay that a
 * script wants. Returns what the provider refused although it was sent after the first header, and what was
 * sent after it.
 */
export function playAgainst(
  limit: number,
  attempts: readonly ScriptedAttempt[],
): { readonly refused: readonly Sending[]; readonly admitted: readonly Sending[] } {
  const provider = new TokenBucket({ perMinute: limit })
  const shadow = new ShadowBucket()
  const refused: Sending[] = []
  const admitted: Sending[] = []
  const events: Event[] = []
  const at = (atMs: number, run: () => void): void => {
    const index = events.findLastIndex((event) => event.atMs <= atMs)
    events.splice(index + 1, 0, { atMs, run })
  }

  const count = (script: ScriptedAttempt, receipt: ShadowReceipt, known: boolean, nowMs: number): void => {
    const take = provider.tryTake(receipt.amount, nowMs)
    if (take === undefined && known) refused.push({ atMs: receipt.sentAtMs, amount: receipt.amount })
    const remaining = Math.floor(Math.max(0, provider.balance(nowMs)))
    const resetInMs = Math.ceil(((limit - remaining) / limit) * 60_000)
    const headerAtMs = nowMs + script.headerMs
    at(headerAtMs, () => {
      const said = { limit, remaining, ...(script.saysReset && { resetInMs }) }
      shadow.observe(said, receipt, headerAtMs)
    })
    const endAtMs = headerAtMs + script.endMs
    at(endAtMs, () => {
      const used = take === undefined ? 0 : receipt.amount * script.usedShare
      if (take !== undefined) provider.giveBack(receipt.amount - used, take, endAtMs)
      shadow.settle(receipt, used, endAtMs)
    })
  }

  let sendAtMs = 0
  for (const script of attempts) {
    const nowMs = (sendAtMs += script.gapMs)
    at(nowMs, () => {
      if (shadow.admitProbability(nowMs) === 0) return
      const known = shadow.remaining(nowMs) !== undefined
      const receipt = shadow.send((script.share * limit) / 60, nowMs)
      if (known) admitted.push({ atMs: nowMs, amount: receipt.amount })
      at(nowMs + script.countMs, () => count(script, receipt, known, nowMs + script.countMs))
    })
  }
  for (let event = events.shift(); event !== undefined; event = events.shift()) event.run()
  return { refused, admitted }
}
