const closingQuotes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '‘': '’',
  '«': '»',
}

/** Where a quotation stands in its text: its marks are at `from - 1` and at `to`, or it does not end and `to` is the text's length. */
export interface Quotation {
  readonly from: number
  readonly to: number
}

/**
 * Returns a text with an ellipsis for each quotation that is to go, marks included. Quotations begin where no word goes on, so that an
 * apostrophe begins none, and are not looked for within each other. Time is linear in the text, apart from what `goes` takes.
 */
export function withoutQuotations(text: string, goes: (quotation: Quotation) => boolean): string {
  let kept = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const closing = closingQuotes[text.charAt(at)]
    if (closing === undefined || isWordCharacter(text.charAt(at - 1))) continue
    const to = quoteEnd(text, at + 1, closing)
    if (goes({ from: at + 1, to })) {
      kept += `${text.slice(from, at)}…`
      from = to + 1
    }
    at = to
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
  return /[\p{L}\p{N}]/u.test(character)
}
