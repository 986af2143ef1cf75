/** An error answer, in OpenAI's shape unless a script says otherwise. */
export interface ProviderError {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is when it is a string, as JSON otherwise. */
  readonly body: unknown
}

/** Returns an error body in OpenAI's shape. */
export function errorBody(message: string, type: string, code: string | null): unknown {
  return { error: { message, type, param: null, code } }
}

/** Returns what OpenAI says with a status; of statuses that it does not use, what others say. */
export function standardErrorBody(status: number): unknown {
  const [message, type, code] = standardErrors[status] ??
    standardErrors[status < 500 ? 400 : 500] ?? ['', '', null]
  return errorBody(message, type, code)
}

const standardErrors: Readonly<
  Record<number, readonly [message: string, type: string, code: string | null]>
> = {
  400: ['The request could not be understood.', 'invalid_request_error', null],
  401: ['Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'],
  402: ['Insufficient balance.', 'insufficient_quota', 'insufficient_quota'],
  403: [
    'Country, region, or territory not supported.',
    'request_forbidden',
    'unsupported_country_region_territory',
  ],
  404: [
    'The model does not exist or you do not have access to it.',
    'invalid_request_error',
    'model_not_found',
  ],
  413: ['The request body is too large.', 'invalid_request_error', 'request_too_large'],
  429: ['Rate limit reached for requests.', 'requests', 'rate_limit_exceeded'],
  500: ['The server had an error while processing your request.', 'server_error', null],
  503: [
    'The engine is currently overloaded, please try again later.',
    'server_error',
    'server_is_overloaded',
  ],
  529: ['Overloaded', 'overloaded_error', 'overloaded_error'],
}
