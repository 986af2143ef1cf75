import { describe, expect, test } from 'vitest'
import type { ChatRequest, ContentPart } from '../../src/chat/request.ts'
import { usedModalities } from '../../src/demand/used-modalities.ts'

const model = 'author/model'
const image: ContentPart = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } }
const audio: ContentPart = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }
const file: ContentPart = { type: 'file', file: { file_id: 'f' } }
const video: ContentPart = { type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } }

function inputOf(...messages: ChatRequest['messages']) {
  return usedModalities({ model, messages }).input
}

function outputOf(modalities?: readonly string[] | null) {
  return usedModalities({
    model,
    messages: [{ role: 'user', content: 'Hello' }],
    ...(modalities !== undefined && { modalities }),
  }).output
}

describe('what goes in', () => {
  test('is text alone when nothing but text is said', () => {
    expect(inputOf({ role: 'user', content: 'Hello' }, { role: 'assistant', content: null })).toEqual([
      'text',
    ])
    expect(inputOf({ role: 'user', content: [{ type: 'text', text: 'Hello' }] })).toEqual(['text'])
  })

  test.each([
    ['image', image],
    ['audio', audio],
    ['file', file],
    ['video', video],
  ])('is text and %s with such a part, in whatever message it is', (modality, part) => {
    const text = { role: 'user', content: 'Hello' } as const

    expect(inputOf({ role: 'user', content: [part] })).toEqual(['text', modality])
    expect(inputOf(text, { role: 'tool', content: [part], tool_call_id: 'call_1' })).toEqual([
      'text',
      modality,
    ])
  })

  test('is named once, and its images are counted', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'user', content: [image, audio, image] },
      { role: 'user', content: [file, video, { type: 'text', text: 'What is this?' }, image] },
    ]

    expect(usedModalities({ model, messages })).toEqual({
      input: ['text', 'image', 'audio', 'file', 'video'],
      output: ['text'],
      images: 3,
    })
  })
})

describe('what comes out', () => {
  test.each([[undefined], [null], [[]]])('is text when the request says %o', (modalities) => {
    expect(outputOf(modalities)).toEqual(['text'])
  })

  test('is what the request names, each once', () => {
    expect(outputOf(['image'])).toEqual(['image'])
    expect(outputOf(['text', 'audio', 'audio'])).toEqual(['text', 'audio'])
  })

  test('is never a modality that nobody knows', () => {
    expect(outputOf(['text', 'smell'])).toEqual(['text'])
  })
})
