import type { Fault, FaultAction, FaultExpectation, FaultHealth } from '@nextbest/testkit/wall'
import { casesOf, faultModes } from './expectation.ts'

const actionWords: Readonly<Record<FaultAction, string>> = {
  failover: 'next endpoint',
  retry: 'same endpoint once more, then the next',
  stop: 'tell the caller',
  tolerate: 'take the answer',
  'break-off': 'error event, or go on elsewhere',
}

const healthWords: Readonly<Record<FaultHealth, string>> = {
  failure: 'failure',
  half: 'half a failure',
  gate: 'gate',
  'half-gate': 'half a failure, gate',
  'hold-key': 'key held',
  'hold-model': 'endpoint held',
  none: '–',
}

const introduction = `# Faults

Ways in which a provider fails or surprises, and what we do about each. Every one is played to a gateway over real sockets, as JSON and as
a stream where both apply, with another endpoint to turn to and without:

\`\`\`
npx -y pnpm@12.21.0 faults                      # all of them
npx -y pnpm@12.21.0 faults --only 65,107        # some
npx -y pnpm@12.21.0 faults --pairs 2000         # random pairs
npx -y pnpm@12.21.0 wall --port 9900            # the provider that fails, for a client of your own
\`\`\`

- **What we do** is what follows where another endpoint can serve. *Error event, or go on elsewhere*: content was delivered, so no other
  answer is begun; with \`continueBroken\` another endpoint goes on where it repeats what was delivered.
- **Health** is what the fault says of the endpoint: a failure counts against it, a gate leaves it alone for a while, and who is held is not
  used until a person may have acted.
- **The caller gets** this where no other endpoint can serve.

\`main.ts --table\` in \`packages/gateway/test/faults\` writes this page, and a test keeps it true.
`

/** Returns the page of the documentation: one row for each fault. */
export function faultsPage(faults: readonly Fault[]): string {
  const rows = faults.map((fault) => `| ${cellsOf(fault).join(' | ')} |\n`)
  const head = '| number | fault | what we do | health | the caller gets |\n|---:|---|---|---|---|\n'
  return `${introduction}\n${head}${rows.join('')}`
}

function cellsOf(fault: Fault): readonly string[] {
  return [
    String(fault.number),
    fault.name,
    inModes(fault, ({ action, requires }) =>
      requires === undefined ? actionWords[action] : 'next endpoint with a larger window',
    ),
    inModes(fault, ({ health }) => healthWords[health]),
    inModes(fault, callerWords),
  ]
}

function callerWords({ action, client }: FaultExpectation): string {
  if (client === undefined) return 'the answer'
  return action === 'break-off' ? `event \`${client.code}\`` : `${client.status} \`${client.code}\``
}

/** What all variants are said to do, told apart by mode only where that differs. */
function inModes(fault: Fault, words: (expectation: FaultExpectation) => string): string {
  const told = faultModes.flatMap((mode) => {
    const all = [...new Set(casesOf(fault, [mode]).map(({ expectation }) => words(expectation)))].join(' / ')
    return all === '' ? [] : [{ mode, all }]
  })
  const [first] = told
  if (first === undefined) return '–'
  if (told.every(({ all }) => all === first.all)) return first.all
  return told.map(({ mode, all }) => `${mode}: ${all}`).join('; ')
}
