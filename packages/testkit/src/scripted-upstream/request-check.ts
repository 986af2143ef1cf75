import { errorBody, type ProviderError } from './provider-error.ts'
import type { ReceivedCall } from './ledger.ts'
import { choicesWanted, maxOutputTokens } from './request-body.ts'

/** What a provider knows of itself. */
export interface ProviderFacts {
  readonly models: readonly string[] | undefined
  readonly apiKey: string | undefined
  readonly contextTokens: number
}

const mostChoices = 128

/** Returns the error with which a provider would refuse a call, if it would. */
export function refusalOf(call: ReceivedCall, facts: ProviderFacts): ProviderError | undefined {
  if (facts.apiKey !== undefined && call.headers['authorization'] !== `Bearer ${facts.apiKey}`) {
    return {
      status: 401,
      body: errorBody('Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'),
    }
  }
  const malformation = malformationOf(call)
  if (malformation !== undefined)
    return { status: 400, body: errorBody(malformation, 'invalid_request_error', null) }
  if (facts.models !== undefined && !facts.models.includes(call.model)) return unknownModel(call.model)
  return tooLong(call, facts.contextTokens)
}

function malformationOf(call: ReceivedCall): string | undefined {
  const { messages } = call.body
  if (call.model === '') return 'you must provide a model parameter'
  if (!Array.isArray(messages) || messages.length === 0)
    return "'messages' must be an array of at least one message"
  const choices = choicesWanted(call.body)
  if (!Number.isInteger(choices) || choices < 1 || choices > mostChoices)
    return `'n' must be an integer in 1..${mostChoices}`
  const bound = maxOutputTokens(call.body)
  if (bound !== undefined && !(bound >= 1)) return "'max_tokens' must be at least 1"
  return undefined
}

function unknownModel(model: string): ProviderError {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`
  return { status: 404, body: errorBody(message, 'invalid_request_error', 'model_not_found') }
}

function tooLong(call: ReceivedCall, contextTokens: number): ProviderError | undefined {
  const outputTokens = maxOutputTokens(call.body) ?? 0
  const tokens = call.promptTokens + outputTokens
  if (tokens <= contextTokens) return undefined
  const asked =
    outputTokens === 0
      ? `your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`
      : `you requested ${tokens} tokens (${call.promptTokens} in the messages, ${outputTokens} in the completion). ` +
        'Please reduce the length of the messages or completion.'
  const message = `This model's maximum context length is ${contextTokens} tokens. However, ${asked}`
  return {
    status: 400,
    body: errorBody(message, 'invalid_request_error', 'context_length_exceeded'),
  }
}
