import type { ChatRequest } from '@nextbest/core'
import type { CallOptions, ChatReply, Router } from './router.ts'

/** The promise form of a call that is answered as a whole. */
export function chatOnce(
  pipe: Router['pipe'],
  request: ChatRequest,
  options?: CallOptions,
): Promise<ChatReply> {
  const whole = request.stream === true ? { ...request, stream: false } : request
  return new Promise((resolve, reject) => {
    pipe(
      whole,
      {
        onReply: resolve,
        onError: reject,
        onChunk: () => undefined,
        onEnd: () => undefined,
      },
      options,
    )
  })
}
