/** What every good answer of the wall says: sixty words, so that a missing piece shows. */
export const referenceText: string = Array.from(
  { length: 60 },
  (_, index) => `word${String(index + 1).padStart(2, '0')}`,
).join(' ')

/** The words with the spaces before them; each is a token. */
export const referenceTokens: readonly string[] = referenceText.match(/\s*\S+/g) ?? []

/** One answer of the wall, before it is put into a wire format. */
export interface ReferenceAnswer {
  readonly id: string
  /** The model that it says it is from. */
  readonly model: string
  readonly promptTokens: number
  /** The pieces of its text; joined, they are the text. */
  readonly tokens: readonly string[]
}
