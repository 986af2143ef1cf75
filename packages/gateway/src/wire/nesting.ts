const quote = 34
const backslash = 92
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/**
 * Whether arrays and objects of a JSON text lie more than `limit` deep in each other. It is asked before the text is
 * parsed, since parsing millions of brackets blocks for seconds; it stops at the first one too many.
 */
export function isNestedDeeper(text: string, limit: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code === quote) {
      i = closingQuote(text, i)
      if (i === -1) return false
    } else if (code === openBrace || code === openBracket) {
      depth += 1
      if (depth > limit) return true
    } else if (code === closeBrace || code === closeBracket) depth -= 1
  }
  return false
}

function closingQuote(text: string, opening: number): number {
  let i = text.indexOf('"', opening + 1)
  while (i !== -1 && isEscaped(text, i)) i = text.indexOf('"', i + 1)
  return i
}

function isEscaped(text: string, position: number): boolean {
  let first = position
  while (text.charCodeAt(first - 1) === backslash) first -= 1
  return (position - first) % 2 === 1
}
