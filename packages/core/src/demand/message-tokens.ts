import type { AssistantMessage, ChatMessage, ContentPart } from '../chat/request.ts'
import { addJson } from './json-tokens.ts'
import { addAudio, addFile, addImage, addVideo } from './media-tokens.ts'
import type { TokenTally } from './token-tally.ts'

/** A message's own tokens: its role, its beginning and its end. Source: OpenAI's published counts. */
const messageTokens = 4
const messageTokensMax = 8
/** Tokens around a call of a tool, its id included. Source: assumed, templates differ. */
const toolCallTokens = 8
const toolCallTokensMax = 16

/** Adds a message with all that it holds. */
export function addMessage(tally: TokenTally, message: ChatMessage): void {
  tally.addOther(messageTokens, messageTokensMax)
  addContent(tally, message.content)
  if (message.role === 'assistant') addEarlierAnswer(tally, message)
  else if (message.role !== 'tool') addOptional(tally, message.name)
}

function addContent(tally: TokenTally, content: ChatMessage['content']): void {
  if (typeof content === 'string') tally.addText(content)
  else if (Array.isArray(content)) for (const part of content) addPart(tally, part)
}

function addPart(tally: TokenTally, part: ContentPart): void {
  switch (part.type) {
    case 'text':
      return tally.addText(part.text)
    case 'refusal':
      return tally.addText(part.refusal)
    case 'image_url':
      return addImage(tally, part.image_url.detail)
    case 'input_audio':
      return addAudio(tally, part.input_audio.data.length, part.input_audio.format)
    case 'video_url':
      return addVideo(tally, part.video_url.url)
    case 'file':
      return addFile(tally, part.file.file_data ?? undefined)
    default:
      return addJson(tally, part, 'messages')
  }
}

function addEarlierAnswer(tally: TokenTally, message: AssistantMessage): void {
  addOptional(tally, message.name)
  addOptional(tally, message.refusal)
  addReasoning(tally, message)
  for (const call of message.tool_calls ?? []) {
    tally.addOther(toolCallTokens, toolCallTokensMax)
    tally.addText(call.function.name)
    tally.addText(call.function.arguments)
  }
}

/** Adds the reasoning once, however many spellings of it there are. An empty one says nothing, and the next one counts. */
function addReasoning(tally: TokenTally, message: AssistantMessage): void {
  const { reasoning_details: details, reasoning_content: content, reasoning } = message
  if (details && details.length !== 0) addJson(tally, details, 'messages')
  else addOptional(tally, content || reasoning)
}

function addOptional(tally: TokenTally, text: string | null | undefined): void {
  if (text !== undefined && text !== null) tally.addText(text)
}
