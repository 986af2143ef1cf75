import type { Modality } from './endpoint.ts'

export const allModalities: readonly Modality[] = Object.freeze(['text', 'image', 'audio', 'file', 'video'])

const modalities: ReadonlySet<string> = new Set(allModalities)

export function isModality(value: unknown): value is Modality {
  return typeof value === 'string' && modalities.has(value)
}
