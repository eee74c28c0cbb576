/** Number of single-character edits between two texts (Levenshtein, 1965). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** Up to three of `names` that are close enough to `wanted` to be what was meant, nearest first. */
export function closest(wanted: string, names: readonly string[]): string[] {
  const wantedLower = wanted.toLowerCase();
  return names
    .map((name) => {
      const lower = name.toLowerCase();
      const isPart = wantedLower.length >= 3 && (lower.includes(wantedLower) || wantedLower.includes(lower));
      return { name, distance: isPart ? 1 : editDistance(wantedLower, lower.slice(0, 200)) };
    })
    .filter((entry) => entry.distance <= Math.max(1, Math.ceil(wanted.length / 3)))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map((entry) => entry.name);
}

/**
 * Column names as they are stored: trimmed, control characters as spaces, `column_<n>` where empty, and unique without
 * regard to case (SQL would take `a` and `A` for one): a second `price` becomes `price_2`.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const cleaned = names.map((name, index) => name.replaceAll(/\p{Cc}+/gu, ' ').trim() || `column_${index + 1}`);
  // A name that a file really has is never given to another column.
  const reserved = new Set(cleaned.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  return cleaned.map((name) => {
    let unique = name;
    for (let n = 2; used.has(unique.toLowerCase()) || (unique !== name && reserved.has(unique.toLowerCase())); n += 1)
      unique = `${name}_${n}`;
    used.add(unique.toLowerCase());
    return unique;
  });
}
