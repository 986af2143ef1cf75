import { asksAsExpected, retriesAsDocumented } from './attempts.ts'
import type { Check, Invariant } from './check.ts'
import {
  errorHasShape,
  errorIsNamed,
  gatewayIsSound,
  modelIsTold,
  retriesAreAdvised,
  secretsAreKept,
  servedModelIsTold,
  tokensAreCounted,
} from './client.ts'
import { endsAsExpected } from './ending.ts'
import {
  healthIsCounted,
  isLeftAlone,
  nextBeginsElsewhere,
  othersAreUnharmed,
  rateRises,
  waitIsHeeded,
} from './health.ts'
import { eventsComeOnce, freeIsFree, ledgerMatchesRoute, nothingIsInFlight } from './ledger.ts'

/** What holds of a call whatever its providers do. */
export const invariants: readonly Invariant[] = [
  retriesAsDocumented,
  errorHasShape,
  retriesAreAdvised,
  secretsAreKept,
  gatewayIsSound,
  ledgerMatchesRoute,
  freeIsFree,
  eventsComeOnce,
  nothingIsInFlight,
]

/** All that is required of a call whose first provider has a fault. */
export const faultChecks: readonly Check[] = [
  endsAsExpected,
  asksAsExpected,
  errorIsNamed,
  modelIsTold,
  servedModelIsTold,
  tokensAreCounted,
  healthIsCounted,
  rateRises,
  isLeftAlone,
  waitIsHeeded,
  nextBeginsElsewhere,
  othersAreUnharmed,
  ...invariants,
]
