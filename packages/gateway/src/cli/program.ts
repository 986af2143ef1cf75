import { Command, InvalidArgumentError } from 'commander'
import { RouterError } from 'nextbest'
import { replayPolicyNames } from 'nextbest/replay'
import { ConfigError } from '../config/config-error.ts'
import { runDemo } from '../demo/run-demo.ts'
import { checkConfig } from './check-config.ts'
import { explain } from './explain.ts'
import type { ExplainOptions } from './explain.ts'
import { portOption } from './port.ts'
import { replayTrace } from './replay.ts'
import type { ReplayCommandOptions } from './replay.ts'
import { serve } from './serve.ts'
import type { ServeOptions } from './serve.ts'
import { UsageError } from './usage-error.ts'
import { packageVersion } from './version.ts'

const defaultConfig = 'nextbest.yaml'

/** Runs a command line, `process.argv` as a rule. What its user can mend is told in plain words, with exit code 1. */
export async function run(argv: readonly string[]): Promise<void> {
  // A log that nobody reads any more is no reason to stop serving.
  process.stdout.on('error', () => undefined)
  try {
    await program().parseAsync(argv)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exitCode = 1
  }
}

function program(): Command {
  const command = new Command('nextbest')
    .description(
      'Sends each LLM request to the best provider that can serve it, and to the next best when that one fails.',
    )
    .version(packageVersion())
    .showHelpAfterError('(nextbest --help lists all commands)')
  command
    .command('serve')
    .description('serve the providers of a configuration file')
    .option('-c, --config <file>', 'configuration file', defaultConfig)
    .option('-p, --port <port>', 'port to listen on (default: PORT, else server.port, else 8787)', portOption)
    .option('--host <address>', 'address to listen on (default: server.host, else 127.0.0.1)')
    .action((options: ServeOptions) => serve(options))
  command
    .command('demo')
    .description('serve five make-believe providers, one of which keeps failing; needs no key and no network')
    .option('-p, --port <port>', 'port to listen on (default: PORT, else 8787)', portOption)
    .action((options: { readonly port?: number }) => runDemo(options))
  command
    .command('explain')
    .description('tell how a request would be routed, without sending it')
    .option('-c, --config <file>', 'configuration file', defaultConfig)
    .option('-r, --request <file>', 'JSON file with a chat request')
    .option('-m, --model <model>', 'model to ask, instead of a request file')
    .option('--prompt <text>', 'prompt to send to the model')
    .option('--json', 'print the route as JSON')
    .action((options: ExplainOptions) => explain(options))
  addReplay(command)
  command
    .command('check-config')
    .description('check a configuration file')
    .argument('[file]', 'configuration file', defaultConfig)
    .action((file: string) => checkConfig(file))
  return command
}

function addReplay(command: Command): void {
  command
    .command('replay')
    .description('judge policies by recorded calls; nothing is sent')
    .argument('<trace>', 'file that a gateway wrote (trace.file), or a CSV in the shape of the Azure traces')
    .option(
      '--policy <policy>',
      'name or module path, e.g. ./mine.mjs; may be given again (default: cheapest, balanced, fastest)',
      (policy: string, before: readonly string[] | undefined) => [...(before ?? []), policy],
    )
    .option('--seed <seed>', 'whole number that everything random follows from (default: 1)', seedOption)
    .option('--endpoints <config>', 'configuration file with the endpoints and their prices')
    .option('--priors <file>', 'JSON file with what is believed of endpoints that the trace does not show')
    .option('--model <model>', 'model that a CSV asks for, where the configuration has several')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `\nPolicies: ${replayPolicyNames.join(', ')}. The format and the method: docs/traces.md.`,
    )
    .action((file: string, options: ReplayCommandOptions) => replayTrace(file, options))
}

function seedOption(text: string): number {
  const seed = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError('It must be a whole number.')
  return seed
}

function messageOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof UsageError || RouterError.is(error))
    return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
