/** Lists in table cells show their first few. Mirrors printers listWithMoreString. */

const shownMax = 3;

/** `a,b,c + 2 more...`; `empty` for no items. */
export function clippedList(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty;
  const shown = items.slice(0, shownMax).join(',');
  return items.length > shownMax ? `${shown} + ${items.length - shownMax} more...` : shown;
}
