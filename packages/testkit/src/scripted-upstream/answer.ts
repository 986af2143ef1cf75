import type { ChatDelta, ToolCall, WireUsage } from '@nextbest/core'
import { cannedTokens, splitTokens } from './answer-text.ts'
import { behaviourDefaults, type Behaviour } from './behaviour.ts'
import type { ReceivedCall } from './ledger.ts'
import { choicesWanted, maxOutputTokens } from './request-body.ts'

/** What a scripted upstream says to one request, before it is known how and how fast. */
export interface Answer {
  readonly id: string
  /** Unix seconds. */
  readonly created: number
  readonly model: string
  /** How many times it is said. */
  readonly choices: number
  readonly reasoning: string
  readonly content: string
  readonly toolCalls: readonly ToolCall[]
  /** The pieces in which a stream says it, the same in each choice. */
  readonly pieces: readonly AnswerPiece[]
  /** Output tokens of one choice. */
  readonly tokens: number
  readonly finishReason: string
  readonly usage: WireUsage | undefined
}

/** What one chunk adds. */
interface AnswerPiece {
  readonly delta: ChatDelta
  readonly tokens: number
}

/** Returns the answer that a behaviour gives to a call, cut at the output tokens that the call asks for. */
export function answerTo(call: ReceivedCall, behaviour: Behaviour): Answer {
  const bound = maxOutputTokens(call.body) ?? Infinity
  const wanted = behaviour.emptyAnswer === true ? nothing : wantedOf(behaviour)
  const reasoning = wanted.reasoning.slice(0, bound)
  const content = wanted.content.slice(0, Math.max(0, bound - reasoning.length))
  const pieces = piecesOf({ reasoning, content, toolCalls: wanted.toolCalls }, behaviour.chunkTokens)
  const tokens = pieces.reduce((sum, piece) => sum + piece.tokens, 0)
  const choices = choicesWanted(call.body)
  return {
    id: `chatcmpl-${call.index}`,
    created: Math.floor(Date.now() / 1_000),
    model: call.model,
    choices,
    reasoning: reasoning.join(''),
    content: content.join(''),
    toolCalls: wanted.toolCalls,
    pieces,
    tokens,
    finishReason: behaviour.finishReason ?? finishReasonOf(wanted, bound),
    usage: usageOf(behaviour.usage, {
      promptTokens: call.promptTokens,
      completionTokens: choices * tokens,
      reasoningTokens: choices * reasoning.length,
    }),
  }
}

interface AnswerParts {
  readonly reasoning: readonly string[]
  readonly content: readonly string[]
  readonly toolCalls: readonly ToolCall[]
}

const nothing: AnswerParts = { reasoning: [], content: [], toolCalls: [] }

function wantedOf(behaviour: Behaviour): AnswerParts {
  const { text, toolCalls = [], outputTokens = behaviourDefaults.outputTokens } = behaviour
  const canned = toolCalls.length > 0 ? [] : cannedTokens(outputTokens)
  return {
    reasoning: splitTokens(behaviour.reasoning ?? ''),
    content: text === undefined ? canned : splitTokens(text),
    toolCalls,
  }
}

function finishReasonOf(wanted: AnswerParts, bound: number): string {
  if (wanted.reasoning.length + wanted.content.length > bound) return 'length'
  return wanted.toolCalls.length > 0 ? 'tool_calls' : 'stop'
}

function piecesOf(parts: AnswerParts, chunkTokens: number = behaviourDefaults.chunkTokens): AnswerPiece[] {
  return [
    ...inChunks(parts.reasoning, chunkTokens).map((words) => textPiece('reasoning_content', words)),
    ...inChunks(parts.content, chunkTokens).map((words) => textPiece('content', words)),
    ...parts.toolCalls.flatMap(toolCallPieces),
  ]
}

function inChunks(words: readonly string[], size: number): string[][] {
  const count = Math.ceil(words.length / size)
  return Array.from({ length: count }, (_, index) => words.slice(index * size, (index + 1) * size))
}

function textPiece(field: 'content' | 'reasoning_content', words: readonly string[]): AnswerPiece {
  return { delta: { [field]: words.join('') }, tokens: words.length }
}

/** Name and id come first, as from OpenAI, then the arguments by eight characters. */
function toolCallPieces(call: ToolCall, index: number): AnswerPiece[] {
  const { id, type } = call
  const head = { index, id, type, function: { name: call.function.name, arguments: '' } }
  const parts = call.function.arguments.match(/.{1,8}/gsu) ?? []
  return [
    { delta: { tool_calls: [head] }, tokens: 1 },
    ...parts.map((part) => ({
      delta: { tool_calls: [{ index, function: { arguments: part } }] },
      tokens: 1,
    })),
  ]
}

interface TokenCounts {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly reasoningTokens: number
}

function usageOf(usage: Behaviour['usage'], counts: TokenCounts): WireUsage | undefined {
  if (usage === 'missing') return undefined
  if (typeof usage === 'object') return usage
  return {
    prompt_tokens: counts.promptTokens,
    completion_tokens: counts.completionTokens,
    total_tokens: counts.promptTokens + counts.completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: counts.reasoningTokens },
  }
}
