import type { Rule, RuleFamily } from '../invariant.ts'
import { nothingThrows } from '../simulation.ts'
import { strayAttempt } from '../watch.ts'
import { aborts } from './abort.ts'
import { accounts } from './accounts.ts'
import { attemptBounds } from './attempts.ts'
import { availability } from './availability.ts'
import { breakerStates } from './breaker-states.ts'
import { budgets } from './budgets.ts'
import { deadlines } from './deadline.ts'
import { eligibility } from './eligibility.ts'
import { explanations } from './explanations.ts'
import { gatesAndHolds } from './gates-and-holds.ts'
import { healthReports } from './health-reports.ts'
import { joins } from './joins.ts'
import { leaks } from './leaks.ts'
import { limits } from './limits.ts'
import { noEndpoint } from './no-endpoint.ts'
import { explicitOrder } from './order.ts'
import { output } from './output.ts'
import { probes } from './probes.ts'
import { recovery } from './recovery.ts'
import { secrets } from './secrets.ts'
import { storms } from './storms.ts'

/** Every family of rules. */
export const allRules: readonly RuleFamily[] = [
  attemptBounds,
  eligibility,
  explicitOrder,
  noEndpoint,
  deadlines,
  aborts,
  leaks,
  gatesAndHolds,
  availability,
  probes,
  breakerStates,
  healthReports,
  limits,
  budgets,
  storms,
  output,
  accounts,
  explanations,
  joins,
  secrets,
  recovery,
]

/** Every rule that a run is judged by, by number. */
export const ruleList: readonly Rule[] = [
  ...allRules.flatMap(({ rules }) => rules),
  strayAttempt,
  nothingThrows,
].sort((one, other) => one.number - other.number)
