import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command under way. */
export interface CliProcess {
  /** Resolves with the match once standard output has the pattern. */
  saw(pattern: RegExp): Promise<RegExpExecArray>
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<CliResult>
}

/** Starts the command line in a process of its own that lasts no longer than the test. */
export function start(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): CliProcess {
  const child = spawn(process.execPath, ['--conditions=@nextbest/source', main, ...parameters], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({
    code: code ?? null,
    stdout,
    stderr,
  }))
  onTestFinished(() => void child.kill('SIGKILL'))
  return {
    ended,
    signal: (name) => void child.kill(name),
    async saw(pattern) {
      for (;;) {
        const match = pattern.exec(stdout)
        if (match !== null) return match
        const more = await Promise.race([once(child.stdout, 'data'), ended])
        if ('code' in more)
          throw new Error(`the command ended without ${String(pattern)}:\n${more.stdout}${more.stderr}`)
      }
    },
  }
}

/** Runs a command to its end. */
export function run(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return start(parameters, environment).ended
}

/** Writes a file in a fresh folder and returns its path. */
export function fileWith(text: string, name = 'nextbest.yaml'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'nextbest-')), name)
  writeFileSync(path, text)
  return path
}
