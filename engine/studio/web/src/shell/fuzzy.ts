/** fuzzy rates how well a text has the letters of a pattern, in their order: the higher the better, null where it has not. */
export function fuzzy(pattern: string, text: string): number | null {
  const p = pattern.toLowerCase().replaceAll(" ", "");
  const t = text.toLowerCase();
  let at = -1;
  let score = 0;
  for (const c of p) {
    const next = t.indexOf(c, at + 1);
    if (next < 0) return null;
    const starts = next === 0 || /[^a-z]/.test(t.charAt(next - 1)) || /[A-Z]/.test(text.charAt(next));
    score += next === at + 1 ? 3 : starts ? 2 : 0;
    at = next;
  }
  return score - text.length / 100;
}

/** best are the items that match, the best first; all, in their order, where there is no pattern. */
export function best<T>(pattern: string, items: T[], text: (item: T) => string): T[] {
  if (pattern.trim() === "") return items;
  return items
    .map((item) => ({ item, score: fuzzy(pattern, text(item)) }))
    .filter((r): r is { item: T; score: number } => r.score !== null)
    .sort((a, b) => b.score - a.score)
    .map((r) => r.item);
}
