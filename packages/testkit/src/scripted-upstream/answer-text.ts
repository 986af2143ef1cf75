const essay = `People have asked about the meaning of life for as long as they have asked about anything, and the answers \
that last are rarely long. One says that meaning is found, in truth, in beauty, or in something greater than ourselves. \
Another says that it is made, one promise and one piece of work at a time. Both agree on where to look: in what you would \
miss if it were gone, in the people who would miss you, and in the small things that are worth doing well even when nobody \
is watching. A gardener who plants a tree will not sit in its shade for twenty years, and plants it anyway. That is most of \
the answer. Learn what you can, be of use to someone, leave the place a little better than it was, and laugh often enough \
to notice that it is going by. As for the rest, a famous computer needed seven and a half million years to arrive at \
forty-two, which suggests that asking a good question is the harder half.`

const essayTokens = splitTokens(`${essay}\n\n`)

/** Returns the first tokens of the canned answer, which starts over when it ends. The same count gives the same tokens. */
export function cannedTokens(count: number): string[] {
  return Array.from({ length: count }, (_, index) => essayTokens[index % essayTokens.length] ?? '')
}

/** Splits a text into words with the white space after them. Joined, they are the text again. */
export function splitTokens(text: string): string[] {
  return text.match(/^\s+$|\s*\S+\s*/g) ?? []
}
