/**
 * Parts of a date that a model uses, from seconds since 1970 (UTC). The exported graph computes the same with the
 * same arithmetic on doubles, so both agree exactly.
 */
export const secondsPerDay = 86_400;

/** Angle of the time of day, 0 at midnight, in radians, as the float32 that the graph works with. */
export function hourAngle(seconds: number): number {
  const ofDay = seconds - Math.floor(seconds / secondsPerDay) * secondsPerDay;
  return Math.fround(ofDay * ((2 * Math.PI) / secondsPerDay));
}

/** 0 for Monday to 6 for Sunday. 1 January 1970 was a Thursday. */
export function weekday(seconds: number): number {
  const day = Math.floor(seconds / secondsPerDay) + 3;
  return day - 7 * Math.floor(day / 7);
}

/**
 * 0 for January to 11 for December, in the proleptic Gregorian calendar
 * (civil_from_days, https://howardhinnant.github.io/date_algorithms.html).
 */
export function month(seconds: number): number {
  const day = Math.floor(seconds / secondsPerDay) + 719_468;
  const dayOfEra = day - Math.floor(day / 146_097) * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const sinceMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const shifted = sinceMarch + 2;
  return shifted - 12 * Math.floor(shifted / 12);
}

/** 0 to 23. */
export function hour(seconds: number): number {
  return Math.floor((seconds - Math.floor(seconds / secondsPerDay) * secondsPerDay) / 3600);
}

/** The names under which a baseline counts hours and weekdays: `00` to `23`, `Mon` to `Sun`. */
export const dateNames: { readonly hour: readonly string[]; readonly weekday: readonly string[] } = {
  hour: Array.from({ length: 24 }, (_, index) => String(index).padStart(2, '0')),
  weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
};

/** The categories that a date counts as in a baseline. */
export function dateCategories(seconds: number): { readonly hour: string; readonly weekday: string } {
  return {
    hour: dateNames.hour[hour(seconds)] ?? '',
    weekday: dateNames.weekday[weekday(seconds)] ?? '',
  };
}
