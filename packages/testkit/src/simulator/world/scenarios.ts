import { baseScenarios } from './base-scenarios.ts'
import { furtherScenarios } from './further-scenarios.ts'
import type { Scenario } from './scenario.ts'

/** Every scenario, by number. Numbers 13 and 14 have several. */
export const scenarios: readonly Scenario[] = [...baseScenarios, ...furtherScenarios]
