import { z } from 'zod'

/** An amount of US dollars. */
export const usd: z.ZodNumber = z.number().min(0).max(1_000_000)

/** An hour, in ms. */
export const hour = 3_600_000

/** A whole number of milliseconds within bounds. */
export function milliseconds(low: number, high: number): z.ZodInt {
  return z.int().min(low).max(high)
}
