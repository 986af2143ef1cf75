import { openAiChatFormat } from './formats/openai-chat.ts'
import type { WallFormat } from './wall-format.ts'

/** Wire formats of the wall. */
export const wallFormats: readonly WallFormat[] = Object.freeze([openAiChatFormat])

/** Returns the format of requests to a path; OpenAI's chat completions where it is nobody's. */
export function wallFormatOf(path: string): WallFormat {
  return wallFormats.find((one) => one.matches(path)) ?? openAiChatFormat
}
