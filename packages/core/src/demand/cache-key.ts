import { parseModelSlug } from '../catalog/slug.ts'
import type { ChatRequest, ContentPart, UserMessage } from '../chat/request.ts'
import { textOf } from '../chat/wire-value.ts'
import { TextHash } from './text-hash.ts'

type ConversationRequest = Pick<ChatRequest, 'model' | 'messages' | 'session_id' | 'prompt_cache_key'>

/** Most characters that are read of a message, and most parts: two messages are 16 KB at most. */
const maxCharacters = 8_192
const maxParts = 64

/**
 * Returns what names the conversation that a request belongs to, as 16 hexadecimal digits: a hash of its `session_id`, else
 * of its `prompt_cache_key`, else of the model (routing variants aside), the first system or developer message before the
 * first user message, and that message. Nothing, when there is none of these.
 *
 * Appending messages never changes it. Of the two messages, the first 8,192 characters of text, the length of each text and
 * of what is not text are read, in the first 64 parts: conversations that are equal in all this share a key. It shows
 * nothing of the text, but whoever guesses the text can confirm it.
 */
export function cacheKeyOf(request: ConversationRequest): string | undefined {
  const session = textOf(request.session_id)
  if (session !== undefined) return nameHash('session', session)
  const cacheKey = textOf(request.prompt_cache_key)
  return cacheKey === undefined ? openingHash(request) : nameHash('cache', cacheKey)
}

function nameHash(kind: string, name: string): string {
  const hash = new TextHash()
  hash.addText(kind, maxCharacters)
  hash.addText(name, maxCharacters)
  return hash.digest()
}

/** A system message after the first user message is left out: it may come later, and the key must stay. */
function openingHash({ model, messages }: ConversationRequest): string | undefined {
  const hash = new TextHash()
  hash.addText(parseModelSlug(model).model, maxCharacters)
  let instructed = false
  for (const message of messages) {
    if (message.role === 'user') {
      hash.addText(message.role, maxCharacters)
      addContent(hash, message.content)
      return hash.digest()
    }
    if (instructed || (message.role !== 'system' && message.role !== 'developer')) continue
    instructed = true
    addContent(hash, message.content)
  }
  return undefined
}

function addContent(hash: TextHash, content: UserMessage['content']): void {
  let left = maxCharacters
  if (typeof content === 'string') hash.addText(content, left)
  else for (const part of content.slice(0, maxParts)) left -= addPart(hash, part, left)
}

/** Adds a part and returns how many characters were read. */
function addPart(hash: TextHash, part: ContentPart, characters: number): number {
  if (part.type === 'text') return hash.addText(part.text, characters)
  hash.addNumber(lengthOf(part))
  return 0
}

/** Length of what is not text: its content may be megabytes. */
function lengthOf(part: ContentPart): number {
  switch (part.type) {
    case 'image_url':
      return part.image_url.url.length
    case 'input_audio':
      return part.input_audio.data.length
    case 'video_url':
      return part.video_url.url.length
    case 'file':
      return (part.file.file_data ?? part.file.file_id ?? '').length
    default:
      return 0
  }
}
