import type { ChatChunk, ChatCompletion } from './completion.ts'
import { FoldedObject } from './folded-object.ts'
import type { ListShape, Shape } from './folded-object.ts'
import { fieldOf, isObject, textOf } from './wire-value.ts'

/** Bounds of an assembler. */
export interface CompletionAssemblerOptions {
  /** Largest answer, in characters of text and of JSON, names included. 1..536,870,912 (2^29). Default: 67,108,864 (64 x 2^20). */
  readonly maxCharacters?: number
}

/** An answer of 64 million characters is some 16 million tokens: more than any model gives. */
export const completionAssemblerDefaults: Required<CompletionAssemblerOptions> = Object.freeze({
  maxCharacters: 67_108_864,
})

const largestBound = 536_870_912

/**
 * Puts the chunks of a stream together to the answer that they were cut from. Strings of a delta are joined, lists appended, tool calls
 * and reasoning details matched by their index; of all other fields the last value counts. Fields that nobody knows are kept by the
 * same rules.
 */
export class CompletionAssembler {
  readonly #maxCharacters: number
  readonly #folded: FoldedObject
  #characters = 0
  #empty = true

  /** @throws RangeError if `maxCharacters` is out of range. */
  constructor({
    maxCharacters = completionAssemblerDefaults.maxCharacters,
  }: CompletionAssemblerOptions = {}) {
    if (!(maxCharacters >= 1 && maxCharacters <= largestBound)) {
      throw new RangeError(`maxCharacters: must be 1..${largestBound}, got ${maxCharacters}`)
    }
    this.#maxCharacters = maxCharacters
    this.#folded = new FoldedObject(chunkShape, { add: (characters) => this.#count(characters) })
  }

  /**
   * Adds the next chunk of the stream.
   * @throws RangeError once the answer is larger than `maxCharacters`; what was added before stays.
   */
  add(chunk: ChatChunk): void {
    this.#empty = false
    this.#folded.fold(chunk)
  }

  /** Returns the answer so far, or nothing before the first chunk. */
  completion(): ChatCompletion | undefined {
    return this.#empty ? undefined : completionOf(this.#folded.toObject())
  }

  #count(characters: number): void {
    this.#characters += characters
    if (this.#characters > this.#maxCharacters) {
      throw new RangeError(`the answer is larger than maxCharacters (${this.#maxCharacters})`)
    }
  }
}

const functionShape: Shape = { grows: (name) => name === 'arguments' }

/** Some providers give every tool call the same index, or none: another id with a name is another call. */
const toolCallsShape: ListShape = {
  item: { grows: () => false, objects: new Map([['function', functionShape]]) },
  keyOf(piece, items) {
    const id = textOf(fieldOf(piece, 'id'))
    const index = fieldOf(piece, 'index') ?? [...items.keys()].at(-1) ?? 0
    const known = items.get(index)?.get('id') ?? id
    const begins = textOf(fieldOf(fieldOf(piece, 'function'), 'name')) !== undefined
    return begins && known !== id ? (id ?? index) : index
  },
}

/** OpenRouter numbers the blocks of its reasoning; blocks of two types may share a number. */
const reasoningDetailsShape: ListShape = {
  item: { grows: (name) => name === 'text' || name === 'summary' || name === 'data' },
  keyOf(piece, items) {
    const index = fieldOf(piece, 'index')
    return typeof index === 'number' ? `${index} ${String(fieldOf(piece, 'type'))}` : items.size
  },
}

const deltaShape: Shape = {
  grows: (name) => name !== 'role',
  objects: new Map([
    ['audio', { grows: (name: string) => name === 'data' || name === 'transcript' }],
    ['function_call', functionShape],
  ]),
  lists: new Map([
    ['tool_calls', toolCallsShape],
    ['reasoning_details', reasoningDetailsShape],
  ]),
}

const choicesShape: ListShape = {
  item: {
    grows: () => false,
    objects: new Map([
      ['delta', deltaShape],
      ['logprobs', { grows: (name: string) => name === 'content' || name === 'refusal' }],
    ]),
  },
  keyOf: (piece) => fieldOf(piece, 'index') ?? 0,
}

const chunkShape: Shape = { grows: () => false, lists: new Map([['choices', choicesShape]]) }

type Fields = Readonly<Record<string, unknown>>

function completionOf({ usage, choices, ...rest }: Fields): ChatCompletion {
  const completion = {
    id: '',
    created: 0,
    model: '',
    ...rest,
    ...(isObject(usage) && { usage }),
    object: 'chat.completion',
    choices: byIndex(choices).map(choiceOf),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as typed as the chunks that it was put together from
  return completion as unknown as ChatCompletion
}

function choiceOf({ delta, ...rest }: Fields): Fields {
  return { index: 0, finish_reason: null, ...rest, message: answerOf(isObject(delta) ? delta : {}) }
}

function answerOf({ tool_calls: calls, ...rest }: Fields): Fields {
  const called = Array.isArray(calls) ? { tool_calls: byIndex(calls).map(toolCallOf) } : {}
  return { content: null, ...rest, ...called, role: 'assistant' }
}

/** The index says where a piece belongs; a whole call has none. */
function toolCallOf({ index: _index, function: called, ...rest }: Fields): Fields {
  return {
    id: '',
    type: 'function',
    ...rest,
    function: { name: '', arguments: '', ...(isObject(called) ? called : {}) },
  }
}

function byIndex(items: unknown): readonly Fields[] {
  const objects = Array.isArray(items) ? items.filter(isObject) : []
  return objects.sort((one, other) => indexOf(one) - indexOf(other))
}

function indexOf(item: Fields): number {
  return typeof item['index'] === 'number' ? item['index'] : 0
}
