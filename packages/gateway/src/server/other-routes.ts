import type { HttpBindings } from '@hono/node-server'
import { parseModelSlug } from '@nextbest/core'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { RouterError } from 'nextbest'
import { parseChatBody } from '../wire/chat-body.ts'
import { endpointListBody } from '../wire/endpoint-body.ts'
import { errorObject, retryHeaders } from '../wire/error-body.ts'
import { modelListBody } from '../wire/model-body.ts'
import { routeBody } from '../wire/route-body.ts'
import type { ExchangeContext } from './chat-exchange.ts'
import { prefixes } from './paths.ts'
import { bodyOf } from './read-body.ts'
import { internalError, noRoute, wrongMethod } from './refusals.ts'
import { refusal } from '../wire/refusal.ts'

type GatewayContext = Context<{ Bindings: HttpBindings }>
type App = Hono<{ Bindings: HttpBindings }>

/** Returns every route but the chat's. Headers and keys were checked before. */
export function otherRoutes(context: ExchangeContext, isDraining: () => boolean): App {
  const app: App = new Hono()
  app.get('/', (c) => c.json(welcome(c, context)))
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', (c) =>
    isDraining() ? c.json({ status: 'draining' }, 503) : c.json({ status: 'ready' }),
  )
  for (const prefix of prefixes) {
    app.get(`${prefix}/models`, (c) => c.json(modelListBody(context.router.catalog, prefix)))
    app.get(`${prefix}/models/:author/:slug/endpoints`, (c) => c.json({ data: endpointsOf(c, context) }))
    app.post(`${prefix}/route`, (c) => explain(c, context))
  }
  forbidOtherMethods(app)
  app.notFound(() => errorResponse(noRoute()))
  app.onError((error) => {
    if (RouterError.is(error)) return errorResponse(error)
    context.onFault(error)
    return errorResponse(internalError())
  })
  return app
}

function welcome(c: GatewayContext, { router }: ExchangeContext): object {
  const { origin } = new URL(c.req.url)
  return {
    name: 'nextbest',
    description:
      'Sends each LLM request to the best provider that can serve it, and to the next best when that one fails.',
    base_url: `${origin}/v1`,
    models: router.catalog.models.length,
    routes: [
      'POST /v1/chat/completions',
      'POST /v1/route',
      'GET /v1/models',
      'GET /v1/models/:author/:slug/endpoints',
      'GET /healthz',
      'GET /readyz',
    ],
  }
}

function endpointsOf(c: GatewayContext, { router }: ExchangeContext): object {
  const asked = `${c.req.param('author')}/${c.req.param('slug')}`
  const { model: id } = parseModelSlug(asked)
  const body = endpointListBody(router, id)
  if (body !== undefined) return body
  throw refusal(`no endpoint offers "${id}"`, { status: 404, code: 'model_not_found' })
}

async function explain(c: GatewayContext, { router, bodyLimitBytes }: ExchangeContext): Promise<Response> {
  const bytes = await bodyOf(c.env.incoming, { response: c.env.outgoing, limitBytes: bodyLimitBytes })
  if (bytes === undefined) return c.body(null)
  const { request, preferences, wishes } = parseChatBody(bytes)
  const route = router.explain(request, { ...wishes, ...(preferences !== undefined && { preferences }) })
  return c.json({ object: 'route', ...routeBody(route) })
}

/** Registered after all others, so that it is reached by no method that they take. */
function forbidOtherMethods(app: App): void {
  const methods = new Map(
    app.routes.map(({ path, method }) => [path, method === 'GET' ? 'GET, HEAD' : method]),
  )
  for (const [path, allowed] of methods) {
    app.all(path, () => errorResponse(wrongMethod(allowed), { allow: allowed }))
  }
}

function errorResponse(error: RouterError, more: Readonly<Record<string, string>> = {}): Response {
  const headers = new Headers({ 'content-type': 'application/json', ...more })
  const retry = retryHeaders(error)
  for (let i = 0; i < retry.length; i += 2) headers.set(retry[i] ?? '', retry[i + 1] ?? '')
  return new Response(JSON.stringify({ error: errorObject(error) }), { status: error.status, headers })
}
