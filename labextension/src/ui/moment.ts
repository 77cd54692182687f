/** Times and durations in words. Everything here takes milliseconds. */

const LARGE: readonly [number, string][] = [
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];
const SMALL: readonly [number, string][] = [
  [1, 'ms'],
  [1e-3, 'µs'],
  [1e-6, 'ns'],
];

/** Three digits and a unit: `1.23 ms`, `1.58 min`; empty for nothing. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) {
    return '';
  }
  for (const [size, unit] of [...LARGE, ...SMALL]) {
    if (ms >= size) {
      const value = ms / size;
      return `${value < 1000 ? trimmed(value) : value.toFixed(0)} ${unit}`;
    }
  }
  return '0 ms';
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Local time of day with milliseconds; the day too when it is not that of `now`. */
export function clock(ms: number, now: number = Date.now()): string {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) {
    return 'unknown time';
  }
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const fine = `${time}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return at.toDateString() === new Date(now).toDateString() ? fine : `${day(at)} ${time}`;
}

/** Local date and time. */
export function moment(ms: number): string {
  const at = new Date(ms);
  return Number.isNaN(at.getTime())
    ? 'unknown time'
    : `${day(at)} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function day(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
