import { withoutQuotations } from './quotations.ts'

/** Longest text that leaves, in characters. */
const longestMessage = 300
/** Characters that are looked at: what lies behind them cannot become part of the message's first sentence. */
const longestInput = 2_000
/** What may stand in quotes: one name of a field, a model or a code. All else may be an echo of the prompt, however short. */
const quotedName = /^[\w.:/@[\]$*+-]{0,60}$/
/** Shortest run of characters that is taken for a key by its looks alone. */
const shortestKey = 20
const removed = '[removed]'

/**
 * Returns what of a provider's text may be shown and logged: its first sentence or line, at most 300 characters, without control
 * characters, without secrets and without quotations of more than a name, which may be the prompt. Secrets are what follows a key's usual prefix, a
 * bearer scheme or a field such as `api_key=`, a URL's credentials and query, and long runs that mix letters and digits without
 * being made of words. Time is linear in the text and bounded.
 */
export function scrub(text: string): string {
  const line = firstLine(text.slice(0, longestInput))
  // Before quotations go, since one may hold the name that tells a secret; and after, since what is left may look like one.
  return clipped(withoutSecrets(firstSentence(withoutQuotedProse(withoutSecrets(line)))))
}

function firstLine(text: string): string {
  const [start = '', ...escaped] = text.split('\u001b')
  const plain = [start, ...escaped.map((part) => part.replace(/^\[[0-9;?]*[a-z]?/i, ''))].join('').trimStart()
  const end = plain.search(/[\n\r\u2028\u2029]/)
  return (end === -1 ? plain : plain.slice(0, end)).replace(/[\p{C}\s]+/gu, ' ').trim()
}

function withoutQuotedProse(text: string): string {
  return withoutQuotations(text, ({ from, to }) => !quotedName.test(text.slice(from, to)))
}

/** "Unknown key: …" and "Unexpected token: …" name no secret, so behind these two a colon counts only if the name is in quotes. */
function withoutSecrets(text: string): string {
  return text
    .replace(/:\/\/[^\s"'<>]+/g, withoutUrlSecrets)
    .replace(
      /(bearer:? ["']?)(?!(?:token|auth(?:entication|orization)?)s?(?![\w~+/=-]))[^\s"',;]+/gi,
      `$1${removed}`,
    )
    .replace(
      /(authorization["']? ?[=:] ?["']?)(?:(?:bearer|basic|token|(?:api-?)?key) )?[^\s"',;&]{4,}/gi,
      `$1${removed}`,
    )
    .replace(/((?:api[-_ ]?key|secret|password)["']? ?[=:] ?["']?)[^\s"',;&]{4,}/gi, `$1${removed}`)
    .replace(/(token|key)(=["']?|["'] ?: ?["'])[^\s"',;&]{4,}/gi, `$1$2${removed}`)
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, removed)
    .replace(/[\w.-]+/g, withoutDottedKey)
    .replace(/[A-Za-z0-9_+/=*…-]+/g, (run) => (isKey(run) ? removed : run))
}

/**
 * `run` begins behind the scheme: what stands before an `@` in the authority, and all from `?` or `#` on, goes. A password may hold any
 * of these characters although it must not.
 */
function withoutUrlSecrets(run: string): string {
  const url = run.slice(3)
  const address = /^[^/@:]*:(?!\d{1,5}[/?#])[^@]*@/.test(url) ? url.slice(url.lastIndexOf('@') + 1) : url
  const path = address.split(/[?#]/, 1)[0] ?? ''
  const slash = path.indexOf('/')
  const authority = slash === -1 ? path : path.slice(0, slash)
  return `://${authority.slice(authority.lastIndexOf('@') + 1)}${path.slice(authority.length)}`
}

/** A JSON web token, and a key of Zhipu, which is an id and a secret: from its beginning to the end of the run. */
function withoutDottedKey(run: string): string {
  const token = run.indexOf('eyJ')
  if (token !== -1 && run.includes('.', token)) return `${run.slice(0, token)}${removed}`
  return run.replace(/[0-9a-f]{32}\.\w{16}.*/i, removed)
}

const keyPrefix =
  /(?:^|[+/=*…])(?:(?:sk|pk|rk|gsk|csk|xai|key|hf|fw|tgp|pplx|nvapi|r8|ghp|dop|glpat)[-_]|AIza|AKIA|ASIA|ya29)/
/** Prefixes that tell a key wherever they stand, if what follows is as long as in a key and not made of words. */
const keyInside =
  /A[KS]IA[A-Z0-9]{16}|(?:sk-|gsk_|csk-|xai-|pplx-|nvapi-|hf_|tgp_|glpat-|AIza|ya29)(?=[\w-]{0,40}[0-9])[\w-]{16,}/

/** An exception of short words changes between upper and lower case as often as chance does: `ModelNotReadyException`. */
const exceptionName = /^[A-Za-z]+(?:Error|Exception)$/

/** Whether a run of key characters is one: by its prefix or mask, or long and more like chance than like words. */
function isKey(run: string): boolean {
  if (run.length >= 8 && (keyPrefix.test(run) || run.includes('***'))) return true
  if (run.length < shortestKey) return false
  return (
    keyInside.test(run) ||
    run.split(/[_+/*…-]/).some(isLongAndMixed) ||
    (changesOfClass(run) >= run.length * 0.3 && !exceptionName.test(run))
  )
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

/** Returns a text of at most 300 characters, or as many as are given, cut between characters. */
export function clipped(text: string, longest: number = longestMessage): string {
  if (text.length <= longest) return text
  const cut = text.slice(0, longest - 1).toWellFormed()
  return `${cut.replace(/\ufffd$/, '')}…`
}
