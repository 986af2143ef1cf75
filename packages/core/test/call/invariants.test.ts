import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AttemptState } from '../../src/call/call-state.ts'
import { ExtraAttempts } from '../../src/call/extra-attempts.ts'
import { isLive, liveAttempts } from '../../src/call/live-attempts.ts'
import { earliestStandby } from '../../src/call/wait.ts'
import { isAffordable, isWorthwhile, spentUsd } from '../../src/call/worthwhile.ts'
import { effectsOf, runScript, scripts, setups, whenever } from './run-script.ts'
import type { ScriptRun, ScriptStep, TimedEffect } from './run-script.ts'

function idOf(attempt: AttemptState): string {
  return attempt.planned.endpoint.id
}

/** Attempts that were told to start, with the state right after that. */
function starts(run: ScriptRun): readonly (TimedEffect & { readonly attempt: AttemptState })[] {
  return effectsOf(run, 'start-attempt').flatMap((one) => {
    const attempt = one.state.attempts[one.effect.attempt - 1]
    return attempt === undefined ? [] : [{ ...one, attempt }]
  })
}

function isSuccessor({ kind }: AttemptState): boolean {
  return kind === 'continuation' || kind === 'restart'
}

describe('invariant 1: no endpoint is attempted twice in a call, but for a second chance', () => {
  test('whenever an endpoint is attempted again, no other was tried before, and it had failed in a way that passes', () => {
    whenever((run) => {
      const seen = new Map<string, AttemptState>()
      for (const attempt of run.state.attempts) {
        const before = seen.get(idOf(attempt))
        expect(attempt.kind === 'retry').toBe(before !== undefined)
        if (before !== undefined) {
          expect([...seen.keys()]).toEqual([idOf(attempt)])
          expect(['server-error', 'rate-limited', 'overloaded', 'conflict']).toContain(before.failure?.kind)
        }
        seen.set(idOf(attempt), attempt)
      }
    })
  })

  test('whenever it could have been another, it is the first choice of the caller, and that once', () => {
    whenever((run, { rules }) => {
      const chances = run.trace.filter(({ effect }) =>
        effect.type === 'wait'
          ? effect.kind === 'retry'
          : effect.type === 'start-attempt' && !effect.admitted && effect.kind === 'retry',
      )
      for (const { state, event } of chances) {
        const nowMs = event?.nowMs ?? 0
        const others = state.queue.some((planned) => isWorthwhile(state, planned, nowMs))
        if (!others && earliestStandby(state, nowMs) === undefined) continue
        expect(rules?.prefersFirst).toBe(true)
        expect(state.attempts.filter((attempt) => attempt.status === 'failed')).toHaveLength(1)
      }
    })
  })

  test('a first choice is never tried again for a wait of more than 3 s', () => {
    whenever((run) => {
      for (const attempt of run.state.attempts.slice(1)) {
        const before = run.state.attempts[attempt.number - 2]
        if (attempt.kind !== 'retry' || run.state.attempts.every((one) => idOf(one) === idOf(attempt)))
          continue
        expect(before?.failure?.retryAfterMs ?? 0).toBeLessThanOrEqual(3_000)
      }
    })
  })
})

describe('invariant 2: every attempt is on an endpoint that can serve the call', () => {
  test('none is ever attempted that was neither planned nor on standby', () => {
    whenever((run, setup) => {
      const known = [...setup.plan, ...setup.standby].map((one) => one.endpoint.id)
      expect(run.state.attempts.map(idOf).filter((id) => !known.includes(id))).toEqual([])
    })
  })

  test('whenever a window was too small, only larger windows are attempted from then on', () => {
    whenever((run) => {
      for (const { attempt, state } of starts(run)) {
        for (const { planned, failure } of state.attempts) {
          if (failure?.kind !== 'context-exceeded') continue
          expect(attempt.planned.endpoint.limits.contextTokens).toBeGreaterThan(
            planned.endpoint.limits.contextTokens,
          )
        }
      }
    })
  })
})

describe('invariant 3: attempts never exceed the budget, hedges and continuations included', () => {
  test('there are never more attempts, hedges or continuations than the budget has', () => {
    whenever(({ state }, { budget }) => {
      expect(state.attempts.length).toBeLessThanOrEqual(budget.maxAttempts)
      expect(state.attempts.filter((one) => one.kind === 'hedge').length).toBeLessThanOrEqual(
        budget.maxHedges,
      )
      expect(state.attempts.filter(isSuccessor).length).toBeLessThanOrEqual(budget.maxContinuations)
    })
  })
})

describe('invariant 5: without fallbacks there is one attempt at most', () => {
  test('a budget of one attempt is never exceeded by a retry, a hedge or a continuation', () => {
    fc.assert(
      fc.property(setups, scripts, (setup, script) => {
        const run = runScript({ ...setup, budget: { ...setup.budget, maxAttempts: 1 } }, script)

        expect(new Set(starts(run).map((one) => one.effect)).size - refusals(run)).toBeLessThanOrEqual(1)
        expect(run.state.attempts.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 1_000 },
    )
  })
})

/** Attempts that were told to start and did not. */
function refusals(run: ScriptRun): number {
  return starts(run).length - run.state.attempts.length
}

describe('invariant 7: without an endpoint there is no attempt', () => {
  test('a call that can be served by nobody settles at once as such', () => {
    fc.assert(
      fc.property(setups, scripts, (setup, script) => {
        const run = runScript({ ...setup, plan: [], standby: [] }, script)

        expect(run.trace.map((one) => one.effect.type)).not.toContain('start-attempt')
        expect(run.state.outcome).toEqual({ type: 'failed', reason: 'no-endpoint', retryAtMs: undefined })
      }),
    )
  })
})

describe('invariant 8: the same events give the same decisions', () => {
  test('whenever a script is run again, its trace is the same', () => {
    fc.assert(
      fc.property(setups, scripts, (setup, script) => {
        expect(runScript(setup, script).trace).toEqual(runScript(setup, script).trace)
      }),
    )
  })
})

describe('invariant 9: an attempt starts only after the one before it has ended, or as a hedge', () => {
  test('whenever an attempt starts beside another, it is a hedge, and there are never more than two', () => {
    whenever((run, { budget }) => {
      for (const { state, attempt } of starts(run)) {
        const live = liveAttempts(state)
        expect(live.length).toBeLessThanOrEqual(1 + budget.maxHedges)
        if (live.length > 1) expect(attempt.kind).toBe('hedge')
      }
    })
  })
})

describe('invariant 12: money that is not left is never put at risk', () => {
  test('whenever an attempt starts, what was spent and the worst of it are within the bound', () => {
    whenever((run, { budget }) => {
      for (const { state } of starts(run))
        expect(spentUsd(state)).toBeLessThanOrEqual(budget.maxCostUsd + 1e-9)
    })
  })
})

describe('invariant 15: nothing happens at or after the deadline', () => {
  test('nothing is ever started, waited for, committed or delivered then', () => {
    whenever((run, { budget }) => {
      const late = run.trace.filter(({ atMs }) => atMs >= budget.deadlineAtMs)
      const active = ['start-attempt', 'wait', 'hold', 'commit', 'emit']
      expect(late.filter(({ effect }) => active.includes(effect.type))).toEqual([])
    })
  })

  test('whenever the deadline has passed, the call has settled', () => {
    fc.assert(
      fc.property(setups, scripts, (setup, script) => {
        const run = runScript(setup, [...script, quiet(setup.budget.deadlineAtMs)])
        expect(run.state.phase).toBe('settled')
      }),
      { numRuns: 1_000 },
    )
  })
})

/** A step in which nothing happens but timers. */
function quiet(waitMs: number): ScriptStep {
  return { waitMs, choice: 15, natural: false, back: 0, failure: { kind: 'unknown', message: 'unused' } }
}

describe('invariant 16: an attempt after the first starts only if there is time in which it may answer', () => {
  test('whenever a failover, retry, hedge or continuation starts, its least useful time is left', () => {
    whenever((run, { budget }) => {
      for (const { atMs, attempt } of starts(run)) {
        if (attempt.number === 1) continue
        expect(budget.deadlineAtMs - atMs).toBeGreaterThanOrEqual(attempt.planned.usefulMs)
      }
    })
  })
})

describe('invariant 17: hedges and retries on the same endpoint never exceed their budget', () => {
  test('whatever calls do, they are no more than the balance at the start and a fifth of the calls', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(setups, scripts), { minLength: 1, maxLength: 12 }),
        fc.constantFrom(0, 1, 2),
        (calls, initial) => {
          const extra = new ExtraAttempts({ cap: 2, initial })
          const runs = calls.map(([setup, script]) => runScript(setup, script, extra))
          const made = runs.flatMap((run) => run.state.attempts.filter(({ kind }) => isExtra(kind)))

          expect(made.length).toBeLessThanOrEqual(initial + 0.2 * calls.length)
        },
      ),
      { numRuns: 500 },
    )
  })
})

function isExtra(kind: AttemptState['kind']): boolean {
  return kind === 'retry' || kind === 'hedge'
}

describe('invariant 20: once the caller has gone, nothing starts and nothing is blamed', () => {
  test('whenever a call is aborted, every live attempt is cancelled at once and recorded as such', () => {
    whenever((run) => {
      if (run.state.outcome?.type !== 'aborted') return
      const last = run.trace.filter(({ event }) => event?.type === 'abort')
      const cancelled = last.flatMap(({ effect }) =>
        effect.type === 'record-attempt' ? [effect.result.type] : [],
      )
      expect(last.map(({ effect }) => effect.type)).not.toContain('start-attempt')
      expect(cancelled.every((type) => type === 'cancelled')).toBe(true)
      expect(cancelled).toHaveLength(last.filter(({ effect }) => effect.type === 'cancel-attempt').length)
      expect(run.state.attempts.filter(isLive)).toEqual([])
    })
  })
})

describe('invariant 21: nothing of a call is left when it is over', () => {
  test('whenever a call has settled, no timer is set and no wait goes on', () => {
    whenever((run) => {
      if (run.state.phase !== 'settled') return
      expect([...run.timers.keys()]).toEqual([])
      expect(run.state.waitingFor).toBeUndefined()
      expect(run.state.attempts.filter(isLive)).toEqual([])
    })
  })

  test('every attempt that is over is recorded exactly once, and none that is not', () => {
    whenever((run) => {
      const recorded = effectsOf(run, 'record-attempt').map(({ effect }) => effect.attempt)
      const over = run.state.attempts.filter((attempt) => !isLive(attempt))
      expect(recorded.toSorted((one, other) => one - other)).toEqual(over.map((attempt) => attempt.number))
    })
  })

  test('whenever no attempt is under way, no timer of attempts is set', () => {
    whenever((run) => {
      if (run.state.attempts.some(isLive)) return
      expect([...run.timers.keys()].filter((timer) => timer !== 'deadline')).toEqual([])
    })
  })
})

describe('invariant 35: output comes from one attempt, or from one that goes on with it', () => {
  test('whenever something is delivered, its attempt is the one committed last', () => {
    whenever((run) => {
      let committed: number | undefined
      for (const { effect } of run.trace) {
        if (effect.type === 'commit') committed = effect.attempt
        if (effect.type === 'emit') expect(effect.attempt).toBe(committed)
      }
    })
  })

  test('a second attempt is only ever committed as the continuation of the first, which has failed', () => {
    whenever((run) => {
      const commits = effectsOf(run, 'commit')
      for (const [i, { effect, state }] of commits.slice(1).entries()) {
        const attempt = state.attempts[effect.attempt - 1]
        expect(attempt !== undefined && isSuccessor(attempt)).toBe(true)
        expect(state.attempts[(commits[i]?.effect.attempt ?? 0) - 1]?.status).toBe('failed')
      }
      expect(commits.length).toBeLessThanOrEqual(2)
    })
  })
})

describe('invariant 36: nothing is delivered twice, left out or reordered', () => {
  test('whenever content of a committed or held attempt comes, it is delivered or held exactly once', () => {
    whenever((run) => {
      for (const { event } of run.trace) {
        if (event?.type !== 'progress' && event?.type !== 'first-token') continue
        const outputs = run.trace.filter(
          (one) => one.event === event && (one.effect.type === 'emit' || one.effect.type === 'hold'),
        )
        expect(outputs.length).toBeLessThanOrEqual(1)
      }
    })
  })

  test('never is something held after the attempt was committed', () => {
    whenever((run) => {
      const commit = run.trace.findIndex(({ effect }) => effect.type === 'commit')
      if (commit === -1) return
      expect(run.trace.slice(commit).filter(({ effect }) => effect.type === 'hold')).toEqual([])
    })
  })
})

describe('invariant 37: liveness commits nothing and gains no time', () => {
  test('whenever something without content comes before content, nothing is done', () => {
    whenever((run) => {
      for (const { event, effect, state } of run.trace) {
        if (event?.type !== 'progress') continue
        const attempt = state.attempts[event.attempt - 1]
        expect(['emit', 'hold', 'commit', 'clear-timer']).toContain(effect.type)
        expect(attempt?.firstTokenAtMs).toBeDefined()
        if (!event.content) expect(effect.type).not.toBe('set-timer')
      }
    })
  })
})

describe('invariant 38: a call ends exactly once', () => {
  test('there is never more than one settlement, and nothing follows it', () => {
    whenever((run) => {
      const settled = run.trace.findIndex(({ effect }) => effect.type === 'settle')
      if (settled !== -1) expect(settled).toBe(run.trace.length - 1)
      expect(run.state.phase === 'settled').toBe(settled !== -1)
    })
  })
})

describe('invariant 39: a failure after content was delivered never begins a fresh answer', () => {
  test('whenever an attempt starts after a commit, it goes on with what was delivered, and only if the budget has that', () => {
    whenever((run, { budget }) => {
      const commit = run.trace.findIndex(({ effect }) => effect.type === 'commit')
      if (commit === -1) return
      const later = run.trace.slice(commit).filter(({ effect }) => effect.type === 'start-attempt')
      for (const { effect } of later)
        expect(effect.type === 'start-attempt' && ['continuation', 'restart'].includes(effect.kind)).toBe(
          true,
        )
      if (budget.maxContinuations === 0) expect(later).toEqual([])
    })
  })

  test('a restart is never committed before it has repeated what was delivered', () => {
    whenever((run) => {
      for (const { effect, event, state } of effectsOf(run, 'commit')) {
        if (state.attempts[effect.attempt - 1]?.kind === 'restart') expect(event?.type).toBe('caught-up')
      }
    })
  })

  test('nothing is gone on with once it was said that it cannot be', () => {
    whenever((run) => {
      const starting = starts(run).filter(({ attempt }) => isSuccessor(attempt))
      for (const { state } of starting) expect(state.continuable).toBe(true)
    })
  })
})

describe('invariant 40: a hedge starts beside a silent attempt only, and there is one winner', () => {
  test('whenever a hedge starts, nothing has streamed, its delay has passed, and the plan allows it', () => {
    whenever((run) => {
      for (const { attempt, atMs, state } of starts(run)) {
        if (attempt.kind !== 'hedge') continue
        const silent = state.attempts[attempt.number - 2]
        expect(silent?.status).toBe('running')
        expect(atMs - (silent?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(
          silent?.planned.hedge?.afterMs ?? Infinity,
        )
      }
    })
  })

  test('whenever an attempt is committed, the other is over by the same event, and if it lost it is blamed for nothing', () => {
    whenever((run) => {
      for (const { effect, event, state } of effectsOf(run, 'commit')) {
        expect(state.attempts.filter(isLive).length).toBeLessThanOrEqual(1)
        for (const other of run.trace.filter((one) => one.event === event)) {
          if (other.effect.type !== 'record-attempt' || other.effect.attempt === effect.attempt) continue
          expect(other.effect.result.type).toBe('cancelled')
        }
      }
    })
  })
})

describe('invariant 41: an answer stalls only where no content came for as long as is allowed', () => {
  test('whenever an attempt is ended as stalled, its last content is that old, and the caller was reading', () => {
    whenever((run) => {
      for (const [at, { effect, event, atMs, state }] of run.trace.entries()) {
        if (event?.type !== 'timer' || effect.type !== 'record-attempt') continue
        if (effect.result.type !== 'failed' || effect.result.failure.kind !== 'stalled') continue
        const contents = run.trace
          .slice(0, at)
          .filter(({ event }) => isContentOf(event, effect.attempt))
          .map((one) => one.atMs)
        expect(contents.length).toBeGreaterThan(0)
        expect(atMs - Math.max(...contents)).toBeGreaterThanOrEqual(5_000)
        expect(state.pausedAtMs).toBeUndefined()
      }
    })
  })
})

function isContentOf(event: TimedEffect['event'], attempt: number): boolean {
  if (event?.type === 'first-token' || event?.type === 'caught-up') return event.attempt === attempt
  return event?.type === 'progress' && event.content && event.attempt === attempt
}

describe('waiting', () => {
  test('whenever a call fails as busy, each endpoint was waited for in vain, or would not have been free in time', () => {
    whenever((run, { budget }) => {
      if (run.state.outcome?.type !== 'failed' || run.state.outcome.reason !== 'busy') return
      const endedAtMs = run.trace.at(-1)?.atMs ?? 0
      const untilMs =
        effectsOf(run, 'wait').at(-1)?.effect.untilMs ??
        Math.min(budget.deadlineAtMs, endedAtMs + budget.maxWaitMs)
      if (endedAtMs >= untilMs) return
      const others = run.state.standby.filter(
        (one) => one.waitedInVain !== true && isAffordable(run.state, one),
      )
      for (const { retryAtMs = Infinity } of others) expect(retryAtMs).toBeGreaterThanOrEqual(untilMs)
    })
  })

  test('whenever a call fails as busy, it says when the first endpoint may be free', () => {
    whenever(({ state: { outcome, standby } }) => {
      if (outcome?.type !== 'failed' || outcome.reason !== 'busy') return
      const instants = standby.flatMap((one) => one.retryAtMs ?? [])
      expect(outcome.retryAtMs).toBe(instants.length === 0 ? undefined : Math.min(...instants))
    })
  })

  test('whenever waits follow each other without an attempt between, they take no longer together than one may', () => {
    whenever((run, { budget }) => {
      let firstAtMs: number | undefined
      for (const { effect, atMs } of run.trace) {
        if (effect.type === 'start-attempt') firstAtMs = undefined
        if (effect.type !== 'wait' || effect.kind === 'retry') continue
        firstAtMs ??= atMs
        expect(effect.untilMs).toBeLessThanOrEqual(firstAtMs + budget.maxWaitMs)
      }
    })
  })

  test('never is an endpoint waited for again that was waited for in vain', () => {
    whenever((run) => {
      const waited = effectsOf(run, 'wait').filter(({ effect }) => effect.kind === 'plain')
      const inVain = waited.filter(({ effect }, i) => effect.standby === waited[i - 1]?.effect.standby)
      expect(inVain).toEqual([])
    })
  })

  test('whenever a call waits for its turn, it is for the endpoint that is free first, and nothing of the plan is left', () => {
    const brokenOnce = [{ seed: -902_208_535, path: '117' }]
    whenever((run) => {
      for (const { effect, state, atMs } of effectsOf(run, 'wait')) {
        expect(effect.untilMs).toBeLessThanOrEqual(state.budget.deadlineAtMs)
        expect(effect.untilMs).toBeGreaterThan(atMs)
        if (effect.kind === 'retry') continue
        const others = state.standby.filter((one) => one.waitedInVain !== true)
        const useful = others.filter(({ endpoint, cost, usefulMs, retryAtMs = Infinity }) => {
          const paidFor = spentUsd(state) + (cost?.worstUsd ?? Infinity) <= state.budget.maxCostUsd
          const leftMs = state.budget.deadlineAtMs - Math.max(atMs, retryAtMs)
          const answers = state.attempts.length === 0 || leftMs >= usefulMs
          return answers && paidFor && endpoint.limits.contextTokens > state.aboveContextTokens
        })
        const earliest = Math.min(...useful.map((one) => one.retryAtMs ?? Infinity))
        expect(effect.standby.retryAtMs).toBe(earliest)
      }
    }, brokenOnce)
  })
})
