import type { TokenTally } from './token-tally.ts'

/**
 * Tokens of one image. Providers charge by its pixels, which are not known without decoding it. Source: OpenAI's published
 * rules (85 for `low`; 765 for 1024 x 1024 otherwise) and Anthropic's (at most 1,600, whatever the detail).
 */
const imageTokens = 765
const lowDetailTokens = 85
const imageTokensMax = 1_600

/**
 * Bytes of audio per token: 32 tokens in a second (Gemini's published rate, the highest known) of 128 kbit/s, or of 16-bit
 * PCM at 16 kHz; at most those of speech at 24 kbit/s.
 */
const audioBytesPerToken = 500
const pcmBytesPerToken = 1_000
const audioBytesPerTokenMin = 90

/** Bytes of video per token: Gemini's published 263 tokens in a second of 1 Mbit/s; at most those of 300 kbit/s. */
const videoBytesPerToken = 475
const videoBytesPerTokenMin = 140

/** Tokens of a video that is only referred to: a minute of it. Source: assumed. */
const videoReferenceTokens = 16_000

/** Bytes of text and of other documents (PDF, pictures included) per token. Source: assumed, pages differ widely. */
const textBytesPerToken = 4
const textBytesPerTokenMin = 2
const documentBytesPerToken = 40
const documentBytesPerTokenMin = 10

/** Tokens of a file that is only referred to. Source: assumed. */
const referenceTokens = 2_000

export function addImage(tally: TokenTally, detail: string | undefined): void {
  tally.addOther(detail === 'low' ? lowDetailTokens : imageTokens, imageTokensMax)
}

/** Adds audio whose bytes come in base64. */
export function addAudio(tally: TokenTally, base64Length: number, format: string): void {
  const bytesPerToken = format === 'wav' || format === 'pcm16' ? pcmBytesPerToken : audioBytesPerToken
  addBytes(tally, base64Length, [bytesPerToken, audioBytesPerTokenMin])
}

/** Adds a video that comes as a data URL, or one whose content is elsewhere. */
export function addVideo(tally: TokenTally, url: string): void {
  if (!isDataUrl(url)) return tally.addOther(videoReferenceTokens, videoReferenceTokens)
  return addBytes(tally, url.length, [videoBytesPerToken, videoBytesPerTokenMin])
}

/** Adds a file that comes as a data URL, or one whose content is elsewhere. */
export function addFile(tally: TokenTally, data: string | undefined): void {
  if (data === undefined || /^https?:/i.test(data)) tally.addOther(referenceTokens, referenceTokens)
  else addDataUrl(tally, data)
}

export function isDataUrl(text: string): boolean {
  return text.startsWith('data:') && text.startsWith(';base64,', text.indexOf(',') - 7)
}

/** Adds the content of a data URL, or of bare base64, by its bytes. */
export function addDataUrl(tally: TokenTally, data: string): void {
  const isText = data.startsWith('data:text/') || data.startsWith('data:application/json')
  const bytesPerToken = isText ? textBytesPerToken : documentBytesPerToken
  const bytesPerTokenMin = isText ? textBytesPerTokenMin : documentBytesPerTokenMin
  addBytes(tally, data.length, [bytesPerToken, bytesPerTokenMin])
}

/** Adds what comes in base64, by its bytes per token and the least that they may be. */
function addBytes(
  tally: TokenTally,
  base64Length: number,
  [perToken, perTokenMin]: readonly [number, number],
): void {
  const bytes = base64Length * 0.75
  tally.addOther(Math.ceil(bytes / perToken), Math.ceil(bytes / perTokenMin))
}
