/** Wasserstein-1 distance of two sorted samples: the area between their distribution functions, in the values' unit. */
export function wassersteinDistance(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let previous = Number.NaN;
  let gap = 0;
  let area = 0;
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (gap !== 0) area += gap * (value - previous);
    while (i < a.length && a[i] === value) i += 1;
    while (j < b.length && b[j] === value) j += 1;
    gap = Math.abs(i / a.length - j / b.length);
    previous = value;
  }
  return area;
}
