const grouped = new Intl.NumberFormat('en-US');
const fourDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A measured value with 4 significant digits; very small and very large ones in scientific notation. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) {
    return Number(value.toPrecision(4)).toExponential().replaceAll('-', '−').replace('e+', 'e');
  }
  return fourDigits.format(value).replace('-', '−');
}

/** A count, every digit shown, in groups of three. */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** A share of 0 to 1 as a percentage; `<0.1 %` rather than a zero that is none. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  return `${fourDigits.format(Number(percent.toFixed(percent < 10 ? 1 : 0)))} %`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in decimal units (1 kB = 1000 B). */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${byteUnits[unit] ?? ''}`;
}

/** A duration in the two greatest units that matter: `840 ms`, `12.4 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(durationMs: number): string {
  const duration = Math.max(0, durationMs);
  if (duration < 1000) return `${Math.round(duration)} ms`;
  if (duration < 59_950) return `${(duration / 1000).toFixed(1)} s`;
  const seconds = Math.round(duration / 1000);
  if (seconds < 3600) return joinUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return joinUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return joinUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function joinUnits(great: number, greatUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${great} ${greatUnit}` : `${great} ${greatUnit} ${small} ${smallUnit}`;
}

/** How long ago `at` was, both in milliseconds since 1970. Older than a week: the date. */
export function formatRelative(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  if (days < 7) return days === 1 ? 'yesterday' : `${days} days ago`;
  return new Date(at).toISOString().slice(0, 10);
}

/** The moment in the reader's own zone and language, to the second. */
export function formatExact(at: number): string {
  return exact.format(at);
}

/** An ISO 8601 moment (UTC) as people write it, without a midnight, seconds or fractions that are zero. */
export function shortenIso(text: string): string {
  return text
    .replace('T', ' ')
    .replace(/(Z|\+00(:?00)?)$/, '')
    .replace(/\.0+$/, '')
    .replace(/ 00:00(:00)?$/, '')
    .replace(/( \d{2}:\d{2}):00$/, '$1');
}

/** A moment of the data, in milliseconds since 1970, in UTC. */
export function formatUtc(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? shortenIso(new Date(at).toISOString()) : String(at);
}
