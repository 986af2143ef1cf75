// Packs every package and checks what would be published: exports that resolve, types that agree with them, no missing files.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

let problems = 0
for (const name of readdirSync('packages')) {
  const pkgDir = join('packages', name)
  const { messages } = await publint({ pkgDir, strict: true, pack: 'pnpm' })
  const manifest = JSON.parse(readFileSync(join(pkgDir, 'package.json'), 'utf8'))
  for (const message of messages) {
    problems += 1
    console.error(`${manifest.name}: ${formatMessage(message, manifest)}`)
  }
  const { status, stdout, stderr } = spawnSync(
    'attw',
    ['--pack', pkgDir, '--profile', 'esm-only', '--format', 'ascii'],
    {
      encoding: 'utf8',
    },
  )
  if (status === 0) continue
  problems += 1
  console.error(`${manifest.name}: types do not resolve\n${stdout}${stderr}`)
}
console.log(problems === 0 ? 'every package is fit to publish' : `${problems} problems`)
process.exitCode = problems === 0 ? 0 : 1
