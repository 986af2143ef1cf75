import type { UpstreamConfig } from 'nextbest'
import { demoModel, demoProviders } from './demo-providers.ts'
import { snippetsFor } from './snippets.ts'

/** Returns what the demo prints before its call lines. */
export function greeting(url: string, real: readonly UpstreamConfig[]): string {
  const { curl, python, javascript } = snippetsFor({ baseUrl: `${url}/v1`, model: demoModel })
  const failing = demoProviders.find((provider) => provider.failing)?.provider
  return [
    `nextbest demo: ${url}/v1`,
    '',
    `Five make-believe providers (${demoProviders.map(({ provider }) => provider).join(', ')}) serve ${demoModel} and two more models.`,
    `${failing} is the best choice, and fails from the 20th to the 40th second of every minute; calls go on to the next best.`,
    ...realText(real),
    '',
    ...titled('Try it:', curl),
    ...titled('See the decision: the same with the header', "-H 'x-nextbest-route: 1'"),
    ...titled('Python:', python),
    ...titled('JavaScript:', javascript),
    'One line for each call, and one for each failover before it:',
    '',
  ].join('\n')
}

function titled(title: string, text: string): readonly string[] {
  return [title, '', ...text.split('\n').map((line) => (line === '' ? '' : `  ${line}`)), '']
}

function realText(real: readonly UpstreamConfig[]): readonly string[] {
  if (real.length === 0) return []
  const list = real.map(
    ({ provider, models = [] }) => `${provider} (${models.map(({ model }) => model).join(', ')})`,
  )
  return [`Keys found, so these real providers are there for who asks for their models: ${list.join('; ')}.`]
}
