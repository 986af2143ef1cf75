import { faultModes } from '../faults/expectation.ts'
import {
  answersAreWhole,
  asksAtMost,
  asksFallback,
  asksPrimary,
  endsInError,
  fallbackIsNamed,
  isAlive,
  isSound,
  pausesFor,
  returnsWithin,
  takesAtMost,
  usageIsTold,
} from './checks.ts'
import type { PublicCheck, Scenario } from './scenario.ts'

/** Of every scenario. */
const always: readonly PublicCheck[] = [isSound, isAlive]

/** The caller gets the whole answer. */
const rescued: readonly PublicCheck[] = [...always, answersAreWhole]

const streams = ['stream'] as const

/** The sixteen, with what the public test requires or advises, in its order. */
export const scenarios: readonly Scenario[] = [
  {
    id: 's01',
    modes: faultModes,
    checks: [...rescued, asksPrimary(2, Infinity), pausesFor(1_800), asksAtMost(2, 1_500)],
  },
  {
    id: 's02',
    modes: faultModes,
    checks: [...rescued, asksAtMost(4, 3_000), asksPrimary(1, 6), asksFallback(1)],
  },
  { id: 's03', modes: faultModes, checks: [...rescued, asksPrimary(2, Infinity)] },
  { id: 's04', modes: faultModes, checks: [...rescued, asksPrimary(1, 6), asksFallback(1)] },
  { id: 's05', modes: faultModes, checks: rescued },
  { id: 's06', modes: faultModes, checks: [...rescued, takesAtMost(100_000), asksPrimary(1)] },
  { id: 's07', modes: streams, checks: [...rescued, takesAtMost(15_000)] },
  { id: 's08', modes: streams, checks: rescued },
  { id: 's09', modes: streams, checks: [...rescued, takesAtMost(45_000)] },
  { id: 's10', modes: streams, checks: rescued },
  { id: 's11', modes: streams, checks: [...rescued, takesAtMost(8_000), usageIsTold] },
  { id: 's12', modes: faultModes, checks: [...rescued, asksPrimary(1), asksFallback(1)] },
  {
    id: 's13',
    modes: faultModes,
    checks: [...always, endsInError(400, 'content_filter'), asksPrimary(1), asksFallback(0)],
  },
  { id: 's14', modes: streams, fallback: 's14-fallback', checks: rescued },
  {
    id: 's15',
    modes: faultModes,
    calls: { count: 20, periodMs: 4_000 },
    // How long each closing of a gate and each opening of a breaker lasts is luck, within bounds.
    seeds: [1, 2, 3, 4],
    checks: [...rescued, takesAtMost(30_000), returnsWithin(30_000, 60_000)],
  },
  {
    id: 's16',
    modes: faultModes,
    checks: [...rescued, asksPrimary(1, 6), asksFallback(1), usageIsTold, fallbackIsNamed],
  },
]
