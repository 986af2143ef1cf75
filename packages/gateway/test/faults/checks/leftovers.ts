import type { Leftovers } from '../observation.ts'

/** When everything is closed, nothing is left. */
export function nothingIsLeft({ connections, resources }: Leftovers): string | undefined {
  if (connections === 0 && resources.length === 0) return undefined
  return `left open: ${connections} connections, ${resources.join(', ') || 'no other resources'}`
}
