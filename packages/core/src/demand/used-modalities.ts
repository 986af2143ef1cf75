import type { Modality } from '../catalog/endpoint.ts'
import { isModality } from '../catalog/modality.ts'
import type { ChatRequest } from '../chat/request.ts'

/** What goes into a request and what should come out. */
export interface UsedModalities {
  /** Always with text. */
  readonly input: readonly Modality[]
  /** Text unless the request names others. */
  readonly output: readonly Modality[]
  /** Images in the prompt. */
  readonly images: number
}

const textOnly: readonly Modality[] = ['text']

const partModalities: ReadonlyMap<string, Modality> = new Map([
  ['image_url', 'image'],
  ['input_audio', 'audio'],
  ['file', 'file'],
  ['video_url', 'video'],
])

/** Returns the modalities that a request uses, each once, and counts its images. */
export function usedModalities(request: ChatRequest): UsedModalities {
  const input = new Set(textOnly)
  let images = 0
  for (const { content } of request.messages) {
    if (!Array.isArray(content)) continue
    for (const { type } of content) {
      const modality = partModalities.get(type)
      if (modality !== undefined) input.add(modality)
      if (modality === 'image') images++
    }
  }
  return {
    input: input.size === 1 ? textOnly : [...input],
    output: outputModalities(request.modalities),
    images,
  }
}

function outputModalities(modalities: ChatRequest['modalities']): readonly Modality[] {
  if (modalities === undefined || modalities === null || modalities.length === 0) return textOnly
  return [...new Set(modalities.filter(isModality))]
}
