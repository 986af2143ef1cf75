const shownItems = 5

/** Returns a list for a sentence, cut after five items. */
export function listed(items: Iterable<string>): string {
  const all = [...items]
  if (all.length === 0) return 'nothing'
  const shown = all.slice(0, shownItems).join(', ')
  return all.length > shownItems ? `${shown} and ${all.length - shownItems} more` : shown
}
