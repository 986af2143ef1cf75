import type { Fault } from '../fault.ts'
import {
  contextExceeded,
  inBothModes,
  invalidRequest,
  lastingMalformed,
  lastingServerError,
  misconfigured,
  modelUnavailable,
  rateLimited,
  serverError,
  timedOut,
  tooLarge,
} from './expectations.ts'
import { anthropic, bedrock, google, mistral, openAi, openRouter, page } from './provider-bodies.ts'
import { each, promptOf, refusal } from './variants.ts'

/** What is not there, not allowed, too large or not to be done (53–64). */
export const requestFaults: readonly Fault[] = [
  {
    number: 53,
    name: 'model not found',
    expected: inBothModes(modelUnavailable),
    variants: {
      openai: refusal(404, ({ answer }) =>
        openAi(
          `The model \`${answer.model}\` does not exist or you do not have access to it.`,
          'invalid_request_error',
          'model_not_found',
        ),
      ),
      'no-access': refusal(403, ({ answer }) =>
        openAi(
          `Project \`proj_8fK2\` does not have access to model \`${answer.model}\``,
          'invalid_request_error',
          'model_not_found',
        ),
      ),
      anthropic: refusal(404, ({ answer }) => anthropic('not_found_error', `model: ${answer.model}`)),
      google: refusal(404, ({ answer }) =>
        google(404, 'NOT_FOUND', `models/${answer.model} is not found for API version v1beta.`),
      ),
      azure: refusal(404, {
        error: {
          code: 'DeploymentNotFound',
          message: 'The API deployment for this resource does not exist.',
        },
      }),
      bedrock: refusal(
        404,
        { message: 'Model use case details have not been submitted for this account.' },
        { headers: bedrock('FTUFormNotFilled') },
      ),
      vllm: refusal(404, ({ answer }) => ({
        object: 'error',
        message: `The model \`${answer.model}\` does not exist.`,
        type: 'NotFoundError',
        param: null,
        code: 404,
      })),
      ollama: refusal(404, ({ answer }) =>
        openAi(`model "${answer.model}" not found, try pulling it first`, 'api_error'),
      ),
      openrouter: refusal(404, ({ answer }) => openRouter(404, `No endpoints found for ${answer.model}.`)),
    },
  },
  {
    number: 54,
    name: 'wrong path',
    expected: inBothModes(misconfigured),
    variants: {
      openai: refusal(404, openAi('Invalid URL (POST /v1/v1/chat/completions)', 'invalid_request_error')),
      fastapi: refusal(404, { detail: 'Not Found' }),
      nginx: refusal(404, page('404 Not Found')),
      go: refusal(404, '404 page not found\n'),
      'no-body': refusal(404),
    },
  },
  {
    number: 55,
    name: 'method or media type not allowed',
    expected: inBothModes(misconfigured),
    variants: each([405, 406, 415], (status) =>
      refusal(status, { detail: 'Method or media type not allowed' }),
    ),
  },
  {
    number: 56,
    name: 'request timeout',
    expected: inBothModes({ ...timedOut, action: 'retry' }),
    variants: {
      openai: refusal(408, openAi('Request timed out.', 'server_error')),
      bedrock: refusal(
        408,
        { message: 'Model has timed out in processing the request.' },
        { headers: bedrock('ModelTimeoutException') },
      ),
      'no-body': refusal(408),
    },
  },
  {
    number: 57,
    name: 'conflict',
    expected: inBothModes({
      action: 'retry',
      health: 'none',
      client: { status: 409, code: 'conflict' },
    }),
    variants: {
      anthropic: refusal(409, anthropic('conflict_error', 'The request conflicts with another one.')),
    },
  },
  {
    number: 58,
    name: 'model retired',
    expected: inBothModes(modelUnavailable),
    variants: {
      named: refusal(410, ({ answer }) =>
        openAi(
          `The model ${answer.model} has been retired.`,
          'invalid_request_error',
          'model_decommissioned',
        ),
      ),
      'no-body': refusal(410),
    },
  },
  {
    number: 59,
    name: 'body too large',
    expected: inBothModes(tooLarge),
    variants: {
      anthropic: refusal(413, anthropic('request_too_large', 'Request exceeds the maximum size')),
      nginx: refusal(413, page('413 Request Entity Too Large')),
      vercel: refusal(413, 'Request Entity Too Large\n\nFUNCTION_PAYLOAD_TOO_LARGE\n'),
    },
  },
  {
    number: 60,
    name: 'rate limit as a 413',
    expected: inBothModes(rateLimited),
    variants: {
      groq: refusal(
        413,
        openAi(
          'Rate limit reached for model `llama-3.3-70b-versatile` on tokens per minute (TPM): Limit 12000, Used 9000, Requested 4137, please reduce your message size and try again.',
          'tokens',
          'rate_limit_exceeded',
        ),
      ),
      /** More than a whole minute's: no wait helps, smaller requests are served, and larger windows are of no use. */
      'more-than-a-minute': refusal(
        413,
        openAi(
          'Request too large for model `llama-3.3-70b-versatile` in organization `org_01` service tier `on_demand` on tokens per minute (TPM): Limit 12000, Requested 14137, please reduce your message size and try again.',
          'tokens',
          'rate_limit_exceeded',
        ),
        { expected: tooLarge },
      ),
    },
  },
  {
    number: 61,
    name: 'context too long without a word',
    expected: inBothModes(contextExceeded),
    variants: each([413, 400], (status) => refusal(status)),
  },
  {
    number: 62,
    name: 'status that no request deserves',
    expected: inBothModes(lastingServerError),
    variants: each([421, 425, 426, 428, 431], (status) => refusal(status, { detail: `status ${status}` })),
  },
  {
    number: 63,
    name: 'validation failed',
    // One status for what is wrong with a request, as OpenAI has it, whichever of 400 and 422 the provider answered.
    expected: inBothModes(invalidRequest),
    variants: {
      mistral: refusal(
        422,
        mistral(
          {
            detail: [
              {
                type: 'greater_than_equal',
                loc: ['body', 'temperature'],
                msg: 'Input should be greater than or equal to 0',
                input: -1,
              },
            ],
          },
          'invalid_request_error',
        ),
      ),
      deepseek: refusal(422, openAi('Invalid parameters', 'invalid_request_error', 'invalid_request_error')),
      /** It quotes what was sent. */
      fastapi: refusal(422, (exchange) => ({
        detail: [
          {
            type: 'string_type',
            loc: ['body', 'messages', 0, 'name'],
            msg: 'Input should be a valid string',
            input: promptOf(exchange),
          },
        ],
      })),
      /** What the model wrote is wrong, not the request: another model may do better. */
      'groq-tool-call': refusal(
        422,
        openAi(
          "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
          'invalid_request_error',
          'tool_use_failed',
        ),
        { expected: lastingMalformed },
      ),
    },
  },
  {
    number: 64,
    name: 'failed dependency',
    expected: inBothModes(serverError),
    variants: {
      bedrock: refusal(
        424,
        {
          message: 'The request failed due to an error while processing the model.',
          originalStatusCode: 500,
        },
        { headers: bedrock('ModelErrorException') },
      ),
      groq: refusal(424, openAi('A dependent request failed.', 'api_error')),
    },
  },
]
