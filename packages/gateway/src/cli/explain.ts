import { createRouter } from 'nextbest'
import type { Route } from 'nextbest'
import { routerOptionsOf } from '../config/router-options.ts'
import { parseChatBody } from '../wire/chat-body.ts'
import type { ChatBody } from '../wire/chat-body.ts'
import { routeBody } from '../wire/route-body.ts'
import { explainTable } from './explain-table.ts'
import { readConfig, readText } from './read-config.ts'
import { built, UsageError } from './usage-error.ts'

export interface ExplainOptions {
  readonly config: string
  readonly request?: string
  readonly model?: string
  readonly prompt?: string
  readonly json?: boolean
}

/** Tells how a request would be routed by a router that has seen no traffic yet. Nothing is sent. */
export async function explain(options: ExplainOptions): Promise<void> {
  const { request, preferences, wishes } = bodyOf(options)
  const config = readConfig(options.config)
  const router = built(() => createRouter(routerOptionsOf(config)))
  try {
    const route = router.explain(request, { ...wishes, ...(preferences !== undefined && { preferences }) })
    process.stdout.write(options.json === true ? `${jsonOf(route)}\n` : explainTable(route))
  } finally {
    await router.close()
  }
}

function bodyOf({ request, model, prompt }: ExplainOptions): ChatBody {
  if (request !== undefined) return parseChatBody(Buffer.from(readText(request)))
  if (model === undefined || prompt === undefined) {
    throw new UsageError('say what to route: --request <file>, or --model <model> and --prompt <text>')
  }
  const messages = [{ role: 'user', content: prompt }] as const
  return { request: { model, messages }, preferences: undefined, wishes: {} }
}

function jsonOf(route: Route): string {
  return JSON.stringify(routeBody(route), undefined, 2)
}
