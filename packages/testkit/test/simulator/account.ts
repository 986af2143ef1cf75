import { defineEndpoint } from '@nextbest/core'
import type { Clock, Endpoint, EndpointOptions } from '@nextbest/core'
import type { AttemptListener, UpstreamAccount } from 'nextbest'

/** An endpoint of the provider `p`. */
export function endpointOf(options: Partial<EndpointOptions> = {}): Endpoint {
  return defineEndpoint({
    provider: 'p',
    model: 'lab/large',
    contextTokens: 8_000,
    price: { prompt: 1, completion: 2 },
    ...options,
  })
}

/** An account with that endpoint, on a clock. */
export function accountOf(clock: Clock, endpoints: readonly Endpoint[]): UpstreamAccount {
  return {
    config: { provider: 'p', baseUrl: 'https://simulated.invalid' },
    endpoints,
    breaker: {},
    clock,
    random: () => 0.5,
  }
}

/** A listener that writes down what it hears. */
export function recorder(nowMs: () => number): AttemptListener & { readonly heard: string[] } {
  const heard: string[] = []
  const note = (words: string): void => void heard.push(`${nowMs()} ${words}`)
  return {
    heard,
    onResponse: (status) => note(`head ${status}`),
    onPart: ({ chunk, content, usage }) => {
      const delta = chunk.choices[0]?.delta.content ?? ''
      const tokens = usage === undefined ? '' : ` ${usage.completionTokens} tokens`
      note(`${content ? 'content' : 'liveness'} ${delta}${tokens}`.trimEnd())
    },
    onBatchEnd: () => note('batch end'),
    onAnswer: ({ choices }) => note(`answer ${choices[0]?.message.content}`),
    onEnd: () => note('end'),
    onFailure: ({ type }) => note(`failure ${type}`),
  }
}
