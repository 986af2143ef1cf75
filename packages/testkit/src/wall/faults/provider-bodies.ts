/** Error bodies in the envelopes of the providers. */

export function openAi(message: string, type: string, code: string | null = null): object {
  return { error: { message, type, param: null, code } }
}

export function anthropic(type: string, message: string, details?: object): object {
  const request_id = 'req_011CSHoEeqs5C35K2UUqR7Fy'
  return { type: 'error', error: { type, message, ...(details && { details }) }, request_id }
}

export function google(code: number, status: string, message: string): object {
  return { error: { code, message, status } }
}

export function mistral(message: unknown, type: string, code: string | null = null): object {
  return { object: 'error', message, type, param: null, code }
}

/** The name of the exception comes in a header. */
export function bedrock(exception: string): Readonly<Record<string, string>> {
  return { 'x-amzn-errortype': `${exception}:http://internal.amazon.com/coral/com.amazon.bedrock/` }
}

/** `metadata` says more of what went wrong. */
export function openRouter(code: number, message: string, metadata?: object): object {
  return { error: { code, message, ...(metadata && { metadata }) } }
}

/** A page such as proxies and content networks answer with. */
export function page(title: string, text: string = title): string {
  return `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`
}
