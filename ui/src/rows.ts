// Telling the rows of a list apart across two fetches of it.

/** What a row is about: its own key, else its link, else what it says. */
export function rowKey(row: Element): string {
  const link = row.querySelector('a[data-row]') ?? row.querySelector('a[href]');
  return row.id || link?.getAttribute('href') || (row.textContent ?? '').trim();
}

/** The keys that are there now and were not before, each once, in order. */
export function arrivals(before: readonly string[], after: readonly string[]): string[] {
  const known = new Set(before);
  return after.filter((key, at) => !known.has(key) && after.indexOf(key) === at);
}
