import type { Endpoint, Quantization } from '../../catalog/endpoint.ts'
import { listed } from '../listed.ts'
import type { ExclusionQuestion } from '../question.ts'

/** Formats that are variants of another: who allows that one allows them. */
const families: ReadonlyMap<Quantization, Quantization> = new Map([
  ['mxfp4', 'fp4'],
  ['nvfp4', 'fp4'],
  ['mxfp8', 'fp8'],
])

/** Only the listed number formats may serve; one that is not known is `unknown`. */
export function quantization(endpoint: Endpoint, { preferences }: ExclusionQuestion): string | undefined {
  const { quantizations } = preferences
  if (quantizations === undefined) return undefined
  const own = endpoint.quantization ?? 'unknown'
  if (quantizations.includes(own) || quantizations.includes(families.get(own) ?? own)) return undefined
  return `only ${listed(quantizations)} may serve, and its quantization is ${own}`
}
