import { allParameters } from '@nextbest/core'
import { z } from 'zod'
import type { Config } from './config.ts'
import { routing } from './routing-schema.ts'
import { hour, milliseconds, usd } from './schema-parts.ts'

const modality = z.enum(['text', 'image', 'audio', 'file', 'video'])
const quantization = z.enum([
  'int4', 'int8', 'fp4', 'mxfp4', 'nvfp4', 'fp6', 'fp8', 'mxfp8', 'fp16', 'bf16', 'fp32', 'unknown',
]) // prettier-ignore

const tokens = z.int().min(1).max(100_000_000)
const text = z.string().min(1).max(1_024)

const tokenPrices = {
  prompt: usd.describe('US dollars per million prompt tokens.'),
  completion: usd.describe('US dollars per million output tokens.'),
  cache_read: usd
    .optional()
    .describe('US dollars per million prompt tokens read from cache. Default: as prompt.'),
  cache_write: usd
    .optional()
    .describe('US dollars per million prompt tokens written to cache. Default: as prompt.'),
}

const price = z
  .strictObject({
    ...tokenPrices,
    request: usd.optional().describe('US dollars per request. Default: 0.'),
    image: usd.optional().describe('US dollars per image in the prompt. Default: 0, images count as tokens.'),
    tiers: z
      .array(
        z.strictObject({
          above_prompt_tokens: z.int().min(0).describe('Prompts larger than this.'),
          ...tokenPrices,
        }),
      )
      .optional()
      .describe('Other prices for long prompts. Default: none.'),
  })
  .describe('What the provider charges.')

const model = z
  .strictObject({
    model: z
      .string()
      .regex(/^[^\s/:]+\/[^\s/]+$/, 'must look like author/slug')
      .max(256)
      .describe('The model as callers ask for it: author/slug.'),
    upstream_model: text
      .optional()
      .describe("The model's name at the provider. Default: the slug, without its author."),
    variant: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 - _ .')
      .optional()
      .describe(
        'Tells endpoints of one provider and model apart: a region, quantization or tier. Default: none.',
      ),
    region: text.optional().describe('Where it runs, as callers may ask for it. Default: not stated.'),
    quantization: quantization.optional().describe('Number format of the weights. Default: unknown.'),
    context_tokens: tokens.describe('Prompt and output tokens together.'),
    max_prompt_tokens: tokens.optional().describe('Prompt tokens alone. Default: no bound but the context.'),
    max_output_tokens: tokens.optional().describe('Output tokens. Default: no bound but the context.'),
    requests_per_minute: tokens.optional().describe('Requests in a minute. Default: unlimited.'),
    tokens_per_minute: z
      .int()
      .min(1)
      .max(1e12)
      .optional()
      .describe('Tokens in a minute. Default: unlimited.'),
    max_concurrent: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Requests at once. Default: unlimited.'),
    price,
    parameters: z
      .array(z.enum(allParameters))
      .optional()
      .describe(
        'Request parameters that it understands. Default: the common ones, without tools and answer formats.',
      ),
    input_modalities: z.array(modality).min(1).optional().describe('What it takes in. Default: [text].'),
    output_modalities: z.array(modality).min(1).optional().describe('What it gives out. Default: [text].'),
    collects_data: z
      .boolean()
      .optional()
      .describe(
        "Whether prompts may be kept or trained on for the provider's own ends. Default: true, the careful assumption.",
      ),
    zero_data_retention: z
      .boolean()
      .optional()
      .describe('Whether nothing of a prompt is kept once it is answered. Default: false.'),
    continues_natively: z
      .boolean()
      .optional()
      .describe('Whether it goes on from a given beginning of its answer (prefill). Default: false.'),
    cancel_stops_billing: z
      .boolean()
      .optional()
      .describe('Whether nothing more is billed once a connection is closed. Default: false.'),
    disabled: z.boolean().optional().describe('Whether it is never used. Default: false.'),
  })
  .describe('A model at this provider.')

const upstream = z
  .strictObject({
    provider: z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9._-]{0,63}$/,
        'must be 1 to 64 characters of a-z 0-9 - _ . and begin with a letter or digit',
      )
      .describe("The provider's name. Unique."),
    base_url: z
      .url({
        protocol: /^https?$/,
        error: 'must be a URL that begins with https:// (or http:// for a server of your own)',
      })
      .describe("Where it is; the wire format's paths are appended, e.g. /chat/completions."),
    api_key: z
      .string()
      .min(1, 'must not be empty')
      .max(1_024)
      .optional()
      .describe('Its key, best as ${NAME}. Default: none is sent.'),
    headers: z
      .record(z.string().regex(/^[a-z0-9-]+$/, 'must be a header name in lower case'), z.string().max(4_096))
      .optional()
      .describe('Headers sent with each request. Default: none.'),
    allow_private_network: z
      .boolean()
      .optional()
      .describe('Whether addresses of private networks and plain http are allowed. Default: false.'),
    max_connections: z.int().min(1).max(10_000).optional().describe('Connections at once. Default: 256.'),
    connect_timeout_ms: milliseconds(1, 120_000).optional().describe('Time to connect. Default: 5000.'),
    proxy_url: z
      .string()
      .min(1)
      .max(2_048)
      .optional()
      .describe('Outbound HTTP proxy, e.g. http://proxy.internal:3128. Default: none.'),
    http2: z.boolean().optional().describe('Whether HTTP/2 is spoken where it is offered. Default: false.'),
    models: z.array(model).min(1).max(10_000).describe('What it serves.'),
  })
  .describe('A provider account.')

const server = z
  .strictObject({
    host: text.optional().describe('Address to listen on. Default: 127.0.0.1.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe('Port to listen on; 0 takes a free one. Default: 8787.'),
    api_keys: z
      .array(z.string().min(1, 'must not be empty').max(1_024))
      .optional()
      .describe(
        'Keys of which callers must send one, best as ${NAME}. Default: none, and everyone on this machine is served.',
      ),
    allow_unauthenticated: z
      .boolean()
      .optional()
      .describe('Whether others may be served without api_keys. Default: false.'),
    body_limit_bytes: z
      .int()
      .min(1)
      .max(1_073_741_824)
      .optional()
      .describe('Largest request body. Default: 10485760.'),
    drain_ms: milliseconds(0, hour)
      .optional()
      .describe('How long calls may go on when the server is stopped. Default: 30000.'),
    keep_alive_ms: milliseconds(1_000, hour)
      .optional()
      .describe('How long an idle connection is kept. Default: 65000.'),
    headers_timeout_ms: milliseconds(1_000, 600_000)
      .optional()
      .describe("Time for a request's headers. Default: 15000."),
    request_timeout_ms: milliseconds(1_000, hour)
      .optional()
      .describe('Time for a whole request to arrive. Default: 60000.'),
    max_header_bytes: z
      .int()
      .min(1_024)
      .max(1_048_576)
      .optional()
      .describe('Largest request head. Default: 16384.'),
    max_connections: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Connections at once. Default: 10000.'),
  })
  .describe('How the gateway listens.')

const trace = z
  .strictObject({
    file: text.describe(
      'File that a line is appended to for each call: what it needed, how it was decided and what became of it; no content, no keys.',
    ),
  })
  .describe('A trace of all calls, for nextbest replay. Default: none is written.')

/** Checks a configuration file once its environment is filled in. Unknown fields are errors. */
export const configSchema: z.ZodType<Config> = z
  .strictObject({
    server: server.optional(),
    routing: routing.optional(),
    trace: trace.optional(),
    upstreams: z.array(upstream).min(1).max(1_000).describe('The providers to route over.'),
  })
  .describe('Configuration of a nextbest gateway.')
