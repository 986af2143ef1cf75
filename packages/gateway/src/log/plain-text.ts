const longestText = 200

/** Most names are, and this is found out faster than what is not. */
const allPrintable = /^[ -~]*$/

/** Returns text that is safe to print: control characters are written as escapes, and what is too long is cut. */
export function plainText(text: string, maxCharacters: number = longestText): string {
  const cut = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text
  if (allPrintable.test(cut)) return cut
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}
