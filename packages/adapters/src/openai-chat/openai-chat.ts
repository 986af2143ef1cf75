import type { Adapter } from '../adapter.ts'
import { decodeAnswer } from './decode.ts'
import { createEncoder } from './encode.ts'
import { type OpenAiChatQuirks, resolveQuirks } from './quirks.ts'
import { ChatStreamDecoder } from './stream-decoder.ts'

export interface OpenAiChatOptions {
  /** How the provider differs from OpenAI. Default: not at all; see `OpenAiChatQuirks`. */
  readonly quirks?: Partial<OpenAiChatQuirks>
}

/**
 * Returns the codec of OpenAI's chat completions, which most providers speak in a dialect of their own: the quirks.
 *
 * @throws TypeError or RangeError when a quirk cannot work.
 */
export function openAiChat(options?: OpenAiChatOptions): Adapter {
  const encode = createEncoder(resolveQuirks(options?.quirks))
  return {
    version: 1,
    name: 'openai-chat',
    encode,
    decode: decodeAnswer,
    createStreamDecoder: () => new ChatStreamDecoder(),
  }
}
