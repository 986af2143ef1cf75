/** How long a line may wait for others, in ms: not noticed by a reader, and one write for all that end meanwhile. */
const delayMs = 25

/** Characters that may wait; more are written at once. */
const mostCharacters = 65_536

/** Collects what is written in a short time, because each write to a terminal or file is a system call of its own. */
export interface LineBuffer {
  write(text: string): void
  /** Writes what waits now. */
  flush(): void
}

export function createLineBuffer(write: (text: string) => void): LineBuffer {
  let pending = ''
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    const text = pending
    pending = ''
    if (text !== '') write(text)
  }

  return {
    flush,
    write(text) {
      pending += text
      if (pending.length >= mostCharacters) flush()
      else timer ??= setTimeout(flush, delayMs)
    },
  }
}
