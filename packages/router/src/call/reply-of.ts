import { answerTextOf } from '@nextbest/core'
import type { ChatCompletion, TokenUsage } from '@nextbest/core'
import type { Route } from '../route.ts'
import type { ChatReply } from '../router.ts'

export function replyOf(completion: ChatCompletion, usage: TokenUsage, route: Route): ChatReply {
  return { text: answerTextOf(completion), completion, usage, route }
}
