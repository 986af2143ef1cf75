// Packs every package and checks what would be published: exports that resolve, types, no missing files.
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
}
console.log(problems === 0 ? 'every package is fit to publish' : `${problems} problems`)
process.exitCode = problems === 0 ? 0 : 1
