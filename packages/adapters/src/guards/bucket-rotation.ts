/** Tells the windows of many breakers when to turn to their next bucket, with one timer for all of them. */
export interface BucketRotation {
  /** Length of the windows, in ms. */
  readonly windowMs: number
  /** Adds a window; the timer runs while there is one. Returns a function that takes it out again. */
  add(rotate: () => void): () => void
}

/** Buckets of a window: it covers between 0.9 and 1 times its length. */
export const bucketCount = 10

/** Returns a rotation for windows of one length. It never keeps the process alive. */
export function createBucketRotation(windowMs: number): BucketRotation {
  const windows = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined

  return {
    windowMs,
    add(rotate: () => void): () => void {
      windows.add(rotate)
      timer ??= setInterval(() => {
        for (const rotate of windows) rotate()
      }, windowMs / bucketCount).unref()
      return () => {
        windows.delete(rotate)
        if (windows.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
