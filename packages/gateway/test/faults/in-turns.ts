/** Does something for each item, at most so many at a time. Returns the results in the order of the items. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const waiting = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return results
}

/** Returns what a run found, or that it came to no end: one run that fails must not hide what the others find. */
export async function found(run: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await run
  } catch (error) {
    return [`the run failed: ${error instanceof Error ? error.message : String(error)}`]
  }
}
