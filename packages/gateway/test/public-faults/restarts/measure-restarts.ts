import type { WallPlay } from '@nextbest/testkit/wall'
import { refusingPrefill } from '@nextbest/testkit/wall'
import { inTurns } from '../../faults/in-turns.ts'
import { callGateway, watch } from '../../faults/observe.ts'
import { World } from '../../faults/world.ts'
import { streamed } from '../play-scenario.ts'
import { factor, Stage } from '../stage.ts'
import { judgeRestart, requiredEnding } from './judge-restart.ts'
import type { ObservedRestart, RestartEnding } from './judge-restart.ts'
import { drawRestart, restartKinds } from './restart.ts'
import type { BrokenScenario, Restart, RestartKind } from './restart.ts'

/** Worlds that are there at the same time. */
const worldsAtOnce = 8

/** What became of the restarts of one scenario whose fallbacks are of one kind. */
export interface RestartMeasure {
  readonly scenario: BrokenScenario
  readonly kind: RestartKind
  readonly runs: number
  /** How many ended as they have to. */
  readonly asRequired: number
  /** The others, in words. */
  readonly violations: readonly string[]
}

/** Plays so many restarts of each kind, of seeds from the first one on. */
export async function measureRestarts(
  scenario: BrokenScenario,
  { runs, firstSeed }: { readonly runs: number; readonly firstSeed: number },
): Promise<readonly RestartMeasure[]> {
  const restarts = restartKinds.flatMap((kind) =>
    Array.from({ length: runs }, (_, index) => drawRestart(scenario, kind, firstSeed + index)),
  )
  await using stage = await Stage.open(Object.fromEntries(restarts.map((one) => [one.id, playOf(one)])))
  const endings = await inTurns(restarts, worldsAtOnce, async (restart) => ({
    restart,
    ending: judgeRestart(restart, await playRestart(stage, restart)),
  }))
  return restartKinds.map((kind) =>
    measureOf(
      scenario,
      kind,
      endings.filter(({ restart }) => restart.kind === kind),
    ),
  )
}

interface EndedRestart {
  readonly restart: Restart
  readonly ending: RestartEnding
}

function measureOf(
  scenario: BrokenScenario,
  kind: RestartKind,
  ended: readonly EndedRestart[],
): RestartMeasure {
  const others = ended.filter(({ restart, ending }) => ending !== requiredEnding(restart))
  return {
    scenario,
    kind,
    runs: ended.length,
    asRequired: ended.length - others.length,
    violations: others.map(
      ({ restart, ending }) => `${restart.id}: ${typeof ending === 'string' ? ending : ending.wrong}`,
    ),
  }
}

/** What the fallback does. */
function playOf({ scenario, pieces }: Restart): WallPlay {
  const answer: WallPlay = (exchange) => {
    const { opening, content, finish, usage, end } = exchange.format.stream({
      ...exchange.answer,
      tokens: pieces,
    })
    exchange.bill(pieces.length)
    exchange.writeStreamHead()
    exchange.writeChunk([...opening, ...content, ...finish, ...usage, ...end].join(''))
    exchange.endChunks()
  }
  return scenario.id === 's14' ? refusingPrefill(answer) : answer
}

async function playRestart(stage: Stage, restart: Restart): Promise<ObservedRestart> {
  const { wall, clock } = stage
  const name = stage.nextRun()
  const fallback = { provider: 'fallback', wallModel: `${name}-fallback/${restart.id}` }
  const places = [{ provider: 'primary', wallModel: `${name}/${restart.scenario.id}` }, fallback]
  await using world = await World.open({ wall, clock, places, guardFactor: factor })
  const { answer } = await callGateway(watch(world, wall), 'stream', streamed)
  const requests = wall.ledger.entries.filter(({ model }) => model === fallback.wallModel)
  return { answer, fallbackRequests: requests.length }
}

const kindWords: Readonly<Record<RestartKind, readonly [fallbacks: string, ending: string]>> = {
  agrees: ['that agree', 'delivered whole and once'],
  'differs within': ['that differ within what was delivered', 'ended in one error event'],
  'differs after': ['that differ after what was delivered', 'delivered whole and once'],
}

/** Returns the line of a measure, with what was not as required below it. */
export function measureLine({ scenario, kind, runs, asRequired, violations }: RestartMeasure): string {
  const [fallbacks, ending] = kindWords[kind]
  const line = `${scenario.id.toUpperCase()} fallbacks ${fallbacks}: ${asRequired} of ${runs} ${ending}`
  return [line, ...violations.map((words) => `  ${words}`)].join('\n')
}
