import type { Modality } from './endpoint.ts'

export const allModalities: readonly Modality[] = Object.freeze(['text', 'image', 'audio', 'file', 'video'])

const modalities: ReadonlySet<unknown> = new Set(allModalities)

export function isModality(value: unknown): value is Modality {
  return modalities.has(value)
}
