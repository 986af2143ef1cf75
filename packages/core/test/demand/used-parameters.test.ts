import { expect, test } from 'vitest'
import type { ChatRequest } from '../../src/chat/request.ts'
import { usedParameters } from '../../src/demand/used-parameters.ts'

const request: ChatRequest = { model: 'author/model', messages: [{ role: 'user', content: 'Hello' }] }
const tool = { type: 'function', function: { name: 'f' } }
const schema = { name: 'answer', schema: { type: 'object' } }

test.each<[Partial<ChatRequest>, string[]]>([
  [{ temperature: 0, top_p: 1, seed: 0 }, ['temperature', 'top_p', 'seed']],
  [{ top_k: 5, min_p: 0.1, top_a: 0.1 }, ['top_k', 'min_p', 'top_a']],
  [
    { frequency_penalty: 1, presence_penalty: 1, repetition_penalty: 1 },
    ['frequency_penalty', 'presence_penalty', 'repetition_penalty'],
  ],
  [{ max_tokens: 1 }, ['max_tokens']],
  [{ max_completion_tokens: 1 }, ['max_tokens']],
  [{ max_tokens: 1, max_completion_tokens: 1 }, ['max_tokens']],
  [{ stop: 'END' }, ['stop']],
  [{ stop: ['END'] }, ['stop']],
  [{ stop: [] }, []],
  [{ stop: '' }, []],
  [{ logit_bias: { 50: 1 } }, ['logit_bias']],
  [{ logit_bias: {} }, []],
  [{ logprobs: true, top_logprobs: 3 }, ['logprobs', 'top_logprobs']],
  [{ logprobs: false, top_logprobs: 0 }, []],
  [{ tools: [tool] }, ['tools']],
  [{ tools: [] }, []],
  [{ tools: [tool], tool_choice: 'auto' }, ['tools']],
  [{ tools: [tool], tool_choice: 'none' }, ['tools']],
  [{ tools: [tool], tool_choice: 'required' }, ['tools', 'tool_choice']],
  [{ tools: [tool], tool_choice: { type: 'function', function: { name: 'f' } } }, ['tools', 'tool_choice']],
  [{ tools: [tool], parallel_tool_calls: false }, ['tools', 'parallel_tool_calls']],
  [{ response_format: { type: 'text' } }, []],
  [{ response_format: { type: 'json_object' } }, ['response_format']],
  [
    { response_format: { type: 'json_schema', json_schema: schema } },
    ['response_format', 'structured_outputs'],
  ],
  [{ reasoning: { effort: 'high' }, reasoning_effort: 'high', include_reasoning: true }, ['reasoning']],
  [{ reasoning: {} }, ['reasoning']],
  [{ reasoning: { max_tokens: 1_000 } }, ['reasoning']],
  [{ reasoning: { enabled: false } }, []],
  [{ reasoning: { effort: 'none' } }, []],
  [{ reasoning_effort: 'none' }, []],
  [{ reasoning_effort: 'low' }, ['reasoning']],
  [{ include_reasoning: true }, ['reasoning']],
  [{ include_reasoning: false }, []],
  [
    { prediction: {}, web_search_options: {}, verbosity: 'low' },
    ['prediction', 'web_search_options', 'verbosity'],
  ],
  [{ temperature: null, tools: null, response_format: null, reasoning: null, stop: null }, []],
  [{ n: 1, user: 'u', stream: true, metadata: { k: 'v' } }, []],
])('the parameters of %o are %o', (fields, parameters) => {
  expect(usedParameters({ ...request, ...fields })).toEqual(parameters)
})

test('a field that is undefined uses nothing', () => {
  const fields: object = { temperature: undefined, tools: undefined, reasoning_effort: undefined }

  expect(usedParameters({ ...request, ...fields })).toEqual([])
})
