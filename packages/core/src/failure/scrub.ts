/** Longest text that leaves, in characters. */
const longestMessage = 300
/** Characters that are looked at: what lies behind them cannot become part of the message's first sentence. */
const longestInput = 2_000
/** A run in quotes longer than this is taken for an echo of the prompt, in characters. */
const longestQuote = 60
/** Shortest run of characters that is taken for a key by its looks alone. */
const shortestKey = 20
const removed = '[removed]'

/**
 * Returns what of a provider's text may be shown and logged: its first sentence or line, at most 300 characters, without control
 * characters, without secrets and without long quotations, which may be the prompt. Secrets are what follows a key's usual prefix, a
 * bearer scheme or a field such as `api_key=`, a URL's credentials and query, and long runs that mix letters and digits without
 * being made of words. Time is linear in the text and bounded.
 */
export function scrub(text: string): string {
  const line = firstLine(text.slice(0, longestInput))
  return clipped(withoutSecrets(firstSentence(withoutLongQuotes(line))))
}

function firstLine(text: string): string {
  const [start = '', ...escaped] = text.split('\u001b')
  const plain = [start, ...escaped.map((part) => part.replace(/^\[[0-9;?]*[a-z]?/i, ''))].join('').trimStart()
  const end = plain.search(/[\n\r\u2028\u2029]/)
  return (end === -1 ? plain : plain.slice(0, end)).replace(/[\p{C}\s]+/gu, ' ').trim()
}

const closingQuotes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '‘': '’',
  '«': '»',
}

/** Quotations begin where no word goes on, so that an apostrophe begins none. One that does not end reaches to the end. */
function withoutLongQuotes(text: string): string {
  let kept = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const closing = closingQuotes[text.charAt(at)]
    if (closing === undefined || isWordCharacter(text.charAt(at - 1))) continue
    const end = quoteEnd(text, at + 1, closing)
    if (end - at - 1 > longestQuote) {
      kept += `${text.slice(from, at)}…`
      from = end + 1
    }
    at = end
  }
  return kept + text.slice(from)
}

function quoteEnd(text: string, from: number, closing: string): number {
  for (let at = text.indexOf(closing, from); at !== -1; at = text.indexOf(closing, at + 1)) {
    if (!isWordCharacter(text.charAt(at + 1))) return at
  }
  return text.length
}

function isWordCharacter(character: string): boolean {
  return /^[\p{L}\p{N}]/u.test(character)
}

function withoutSecrets(text: string): string {
  return text
    .replace(/:\/\/[^\s"'<>]+/g, withoutUrlSecrets)
    .replace(/\b(bearer) (?!token|auth)[^\s"',;]+/gi, `$1 ${removed}`)
    .replace(/(authorization["']?[=:] ?["']?)(?:(?:bearer|basic) )?[^\s"',;&]{4,}/gi, `$1${removed}`)
    .replace(/(api[-_ ]?key["']?[=:] ?["']?)[^\s"',;&]{4,}/gi, `$1${removed}`)
    .replace(/(secret|password|token|key)=[^\s"',;&]{4,}/gi, `$1=${removed}`)
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, removed)
    .replace(/[A-Za-z0-9_+/=*…-]+/g, (run) => (isKey(run) ? removed : run))
}

/** `run` begins behind the scheme: what stands before an `@` in the authority, and all from `?` or `#` on, goes. */
function withoutUrlSecrets(run: string): string {
  const path = run.slice(3).split(/[?#]/, 1)[0] ?? ''
  const slash = path.indexOf('/')
  const authority = slash === -1 ? path : path.slice(0, slash)
  return `://${authority.slice(authority.lastIndexOf('@') + 1)}${path.slice(authority.length)}`
}

const keyPrefix =
  /(?:^|[+/=*…])(?:(?:sk|pk|rk|gsk|csk|xai|key|hf|fw|tgp|pplx|nvapi|r8|ghp|dop|glpat)[-_]|AIza|AKIA|ASIA|ya29)/

/** Whether a run of key characters is one: by its prefix or mask, or long and more like chance than like words. */
function isKey(run: string): boolean {
  if (run.length >= 8 && (keyPrefix.test(run) || run.includes('***'))) return true
  if (run.length < shortestKey) return false
  return run.split(/[_+/*…-]/).some(isLongAndMixed) || changesOfClass(run) >= run.length * 0.3
}

function isLongAndMixed(part: string): boolean {
  return part.length >= shortestKey && /[0-9]/.test(part) && /[A-Za-z]/.test(part)
}

/** How often a run changes between upper case, lower case and digits: in chance about every other character, in names hardly. */
function changesOfClass(run: string): number {
  return run.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g)?.length ?? 0
}

function firstSentence(text: string): string {
  const end = text.search(/[.!?] /)
  return end === -1 ? text : text.slice(0, end + 1)
}

/** Returns a text of at most 300 characters, cut between characters. */
export function clipped(text: string): string {
  if (text.length <= longestMessage) return text
  const cut = text.slice(0, longestMessage - 1).toWellFormed()
  return `${cut.replace(/\ufffd$/, '')}…`
}
