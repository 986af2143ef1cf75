/** Something that whoever typed the command can mend. It is told without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Builds something of what a user has written; the RangeErrors and TypeErrors of that are the user's to mend. */
export function built<T>(build: () => T): T {
  try {
    return build()
  } catch (error) {
    throw error instanceof RangeError || error instanceof TypeError ? new UsageError(error.message) : error
  }
}
